// The procedure of a demo workspace: it is started by the API, and waits for a person.
import type { Workspace } from '#workspaces/workspace.ts'
import { createProcedure } from './save.ts'

export const demo = (workspace: Workspace) =>
  createProcedure(workspace, {
    ...{
      name: 'Refund an order',
      description: 'Asks for the order, lets a person approve the refund, and tells the customer.',
    },
    ...{ state: 'live', has_api_trigger: true },
    steps: [
      { type: 'ask', text: 'What is the number of your order?', name: 'order_number', data_type: 'integer' },
      { type: 'say', text: 'I have asked a colleague about the order {{order_number}}.' },
      {
        ...{ type: 'human', question: 'May the order {{order_number}} be refunded?' },
        attributes: [
          { name: 'is_approved', label: 'Approved', data_type: 'boolean' },
          { name: 'reason', label: 'Reason', data_type: 'list', options: ['Late', 'Damaged', 'Changed mind'] },
        ],
      },
      { type: 'say', text: 'Your refund is decided: {{is_approved}} ({{reason}}).' },
    ],
  })
