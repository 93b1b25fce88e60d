// The attributes of ticket types.
import { Type } from 'typebox'
import { type App, op } from '#http/op.ts'
import type { Resource } from '#server.ts'
import { changeAttribute, createAttribute } from './save.ts'
import { AttributeRequest, NewAttributeRequest, presentAttribute, TicketTypeAttribute } from './schema.ts'

const since = '2.9'
const scope = 'write_tickets'

const OfType = Type.Object({ ticket_type_id: Type.String() })
const ByAttribute = Type.Object({ ticket_type_id: Type.String(), id: Type.String() })

function ticketTypeAttributes(app: App) {
  app.post(
    '/ticket_types/:ticket_type_id/attributes',
    op('createTicketTypeAttribute', {
      summary: 'Add an attribute to a ticket type',
      sdk: (client) =>
        client.ticketTypes.attributes.create({
          ticket_type_id: '1',
          name: 'Priority',
          description: 'How urgent it is',
          data_type: 'list',
          list_items: 'Low,Medium,High',
        }),
      since,
      scope,
      params: OfType,
      body: NewAttributeRequest,
      response: TicketTypeAttribute,
    }),
    async ({ workspace, params, body }) =>
      presentAttribute(workspace, await createAttribute(workspace, params.ticket_type_id, body)),
  )

  app.put(
    '/ticket_types/:ticket_type_id/attributes/:id',
    op('updateTicketTypeAttribute', {
      summary: 'Change or archive an attribute of a ticket type',
      sdk: (client) =>
        client.ticketTypes.attributes.update({ ticket_type_id: '1', attribute_id: '3', description: 'How soon' }),
      since,
      scope,
      params: ByAttribute,
      body: AttributeRequest,
      response: TicketTypeAttribute,
    }),
    async ({ workspace, params, body }) => presentAttribute(workspace, await changeAttribute(workspace, params, body)),
  )
}

export default { group: 'Ticket Type Attributes', routes: ticketTypeAttributes } satisfies Resource
