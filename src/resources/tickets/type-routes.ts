// Makes tickets of conversations, and changes the types of tickets.
import { Type } from 'typebox'
import { type App, FILES_LIMIT, op } from '#http/op.ts'
import { ById } from '#http/types.ts'
import { attachingFiles, writeAttributeFiles } from '#resources/attachments/attribute-files.ts'
import { displayOf } from '#resources/conversations/display.ts'
import { Ticket } from '#resources/conversations/tickets/schema.ts'
import { showTicket } from '#resources/conversations/tickets/show.ts'
import type { Resource, Server } from '#server.ts'
import { changeType, convertToTicket } from './convert.ts'
import { ChangedTicket, ChangeTypeRequest, ConvertRequest } from './schema.ts'

const ByTicket = Type.Object({ ticket_id: Type.String() })

function ticketTypes(app: App, server: Server) {
  app.post(
    '/conversations/:id/convert',
    {
      ...op('convertConversationToTicket', {
        body_limit: FILES_LIMIT,
        summary: 'Make a ticket of a conversation',
        sdk: (client) => client.conversations.convertToTicket({ conversation_id: 1, ticket_type_id: '1' }),
        since: '2.10',
        refuses: [422],
        scope: 'write_tickets',
        params: ById,
        body: ConvertRequest,
        response: Ticket,
      }),
      preHandler: writeAttributeFiles(server.files, 'attributes'),
    },
    async ({ workspace, params, body, written_files }) => {
      const attachFiles = attachingFiles(workspace, server, body, 'attributes', written_files)
      const id = await convertToTicket(workspace, params.id, body, attachFiles)
      return showTicket(workspace, id, displayOf(workspace, server))
    },
  )

  app.post(
    '/tickets/:ticket_id/change_type',
    {
      ...op('changeTicketType', {
        body_limit: FILES_LIMIT,
        summary: 'Change the type of a ticket',
        since: '2.16',
        refuses: [422],
        scope: 'write_tickets',
        params: ByTicket,
        body: ChangeTypeRequest,
        response: ChangedTicket,
      }),
      preHandler: writeAttributeFiles(server.files, 'ticket_attributes'),
    },
    async ({ workspace, params, body, written_files }) => {
      const attachFiles = attachingFiles(workspace, server, body, 'ticket_attributes', written_files)
      await changeType(workspace, params.ticket_id, body, attachFiles)
      const ticket = await showTicket(workspace, params.ticket_id, displayOf(workspace, server))
      const { internal_label, external_label } = ticket.ticket_state
      return { ...ticket, ticket_state_internal_label: internal_label, ticket_state_external_label: external_label }
    },
  )
}

export default { group: 'Tickets', routes: ticketTypes } satisfies Resource
