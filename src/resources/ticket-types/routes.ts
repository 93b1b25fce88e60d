// Ticket types, each with its attributes and states.
import { found } from '#http/errors.ts'
import { type App, op } from '#http/op.ts'
import { ById } from '#http/types.ts'
import type { Resource } from '#server.ts'
import { findTicketType, listTicketTypes } from './queries.ts'
import { changeTicketType, createTicketType } from './save.ts'
import { NewTicketTypeRequest, presentTicketType, TicketType, TicketTypeList, TicketTypeRequest } from './schema.ts'

const since = '2.9'

function ticketTypes(app: App) {
  app.get(
    '/ticket_types',
    op('listTicketTypes', {
      summary: 'List the ticket types, oldest first',
      sdk: (client) => client.ticketTypes.list(),
      since,
      scope: 'read_conversations',
      response: TicketTypeList,
    }),
    async ({ workspace }) => ({
      type: 'list' as const,
      data: (await listTicketTypes(workspace)).map((row) => presentTicketType(workspace, row)),
    }),
  )

  app.post(
    '/ticket_types',
    op('createTicketType', {
      summary: 'Create a ticket type',
      sdk: (client) => client.ticketTypes.create({ name: 'Bug report' }),
      since,
      scope: 'write_tickets',
      body: NewTicketTypeRequest,
      response: TicketType,
    }),
    async ({ workspace, body }) => presentTicketType(workspace, await createTicketType(workspace, body)),
  )

  app.get(
    '/ticket_types/:id',
    op('getTicketType', {
      summary: 'Show a ticket type',
      sdk: (client) => client.ticketTypes.get({ ticket_type_id: '1' }),
      since,
      scope: 'read_conversations',
      params: ById,
      response: TicketType,
    }),
    async ({ workspace, params }) => presentTicketType(workspace, found(await findTicketType(workspace, params.id))),
  )

  app.put(
    '/ticket_types/:id',
    op('updateTicketType', {
      summary: 'Change or archive a ticket type',
      sdk: (client) => client.ticketTypes.update({ ticket_type_id: '1', description: 'Something does not work' }),
      since,
      scope: 'write_tickets',
      params: ById,
      body: TicketTypeRequest,
      response: TicketType,
    }),
    async ({ workspace, params, body }) =>
      presentTicketType(workspace, await changeTicketType(workspace, params.id, body)),
  )
}

export default { group: 'Ticket Types', routes: ticketTypes } satisfies Resource
