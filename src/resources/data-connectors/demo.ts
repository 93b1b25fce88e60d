// The live data connector of a demo workspace.
import type { Workspace } from '#workspaces/workspace.ts'
import { insertConnector, updateConnector } from './queries.ts'
import { NEW, readSettings } from './read.ts'

/** It has no headers, so that no secret key is needed. */
export async function demo(workspace: Workspace) {
  const settings = readSettings(
    '',
    {
      ...{ name: 'Get order status', description: 'Looks up the state of an order', http_method: 'get' },
      url: 'https://api.example.com/orders/{{order_id}}/status',
      data_inputs: [{ name: 'order_id', type: 'string', description: 'The number of the order', required: true }],
      ...{ mock_response: { order: { id: 12_345, status: 'shipped' } }, validate_missing_attributes: true },
    },
    NEW,
  )
  const { id } = await insertConnector(workspace, settings)
  await updateConnector(workspace, id, { live: settings, draft: null })
}
