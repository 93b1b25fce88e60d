// The type `Order` of a demo workspace, and two orders that a contact and its conversation refer to.
import type { Workspace } from '#workspaces/workspace.ts'
import { findDemoHolders } from './references/queries.ts'
import { setReferences, splitReferences } from './references/set.ts'
import { saveInstance } from './save.ts'
import { createType } from './types/save.ts'

const ORDERS = [
  { external_id: 'order_001', custom_attributes: { order_number: 'ORDER-12345', total_amount: 99.99 } },
  { external_id: 'order_002', custom_attributes: { order_number: 'ORDER-98765', total_amount: 149.99 } },
]

/** Runs after the demo of contacts. */
export async function demo(workspace: Workspace) {
  const type = await createType(workspace, {
    identifier: 'Order',
    attributes: [
      { name: 'order_number', data_type: 'string' },
      { name: 'total_amount', data_type: 'decimal' },
      { name: 'status', data_type: 'list', options: ['open', 'shipped', 'returned'] },
    ],
    relations: [
      { from: 'contact', attribute: 'order' },
      { from: 'conversation', attribute: 'order' },
    ],
  })
  for (const order of ORDERS) await saveInstance(workspace, type, order)
  for (const { object_type, object_id } of await findDemoHolders(workspace)) {
    const { references } = await splitReferences(workspace, object_type, { order: ['order_001'] })
    await setReferences(workspace, object_type, object_id, references)
  }
}
