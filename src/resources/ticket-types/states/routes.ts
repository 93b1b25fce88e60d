// Ticket states. Intercom lists them; further states are created in its web app, here under /extensions.
import { type App, op } from '#http/op.ts'
import { ById } from '#http/types.ts'
import type { Resource } from '#server.ts'
import { listStates } from './queries.ts'
import { changeState, createState } from './save.ts'
import { NewStateRequest, presentStateWithTypes, StateList, StateRequest, StateWithTypes } from './schema.ts'

function ticketStates(app: App) {
  app.get(
    '/ticket_states',
    op('listTicketStates', {
      summary: 'List the ticket states, with the types that have them',
      sdk: (client) => client.ticketStates.listTicketStates(),
      since: '2.12',
      scope: 'read_conversations',
      response: StateList,
    }),
    async ({ workspace }) => ({
      type: 'list' as const,
      data: (await listStates(workspace)).map(presentStateWithTypes),
    }),
  )

  app.post(
    '/extensions/ticket_states',
    op('createTicketState', {
      summary: 'Create a ticket state',
      refuses: [404],
      body: NewStateRequest,
      response: StateWithTypes,
    }),
    async ({ workspace, body }) => presentStateWithTypes(await createState(workspace, body)),
  )

  app.put(
    '/extensions/ticket_states/:id',
    op('updateTicketState', {
      summary: 'Change or archive a ticket state',
      params: ById,
      body: StateRequest,
      response: StateWithTypes,
    }),
    async ({ workspace, params, body }) => presentStateWithTypes(await changeState(workspace, params.id, body)),
  )
}

export default { group: 'Ticket States', routes: ticketStates, kept_tables: ['ticket_states'] } satisfies Resource
