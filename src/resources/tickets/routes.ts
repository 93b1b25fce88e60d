// Tickets: created, changed, replied to, searched and deleted.
import { found } from '#http/errors.ts'
import { presentPages } from '#http/lists.ts'
import { type App, FILES_LIMIT, op } from '#http/op.ts'
import { ById } from '#http/types.ts'
import { attach, writeAttachedFiles } from '#resources/attachments/attach.ts'
import { attachingFiles, writeAttributeFiles } from '#resources/attachments/attribute-files.ts'
import { claimPictures, readBody } from '#resources/attachments/written-body.ts'
import { deleteConversation } from '#resources/conversations/deletion/delete.ts'
import { displayOf } from '#resources/conversations/display.ts'
import { findParts } from '#resources/conversations/parts/queries.ts'
import { MAX_BODY } from '#resources/conversations/replies/schema.ts'
import { findTicket } from '#resources/conversations/tickets/queries.ts'
import { presentTicketPart, Ticket } from '#resources/conversations/tickets/schema.ts'
import { showTicket, showTickets } from '#resources/conversations/tickets/show.ts'
import { ticketEvents } from '#resources/conversations/tickets/topics.ts'
import { SearchBody } from '#search/query.ts'
import type { Resource, Server } from '#server.ts'
import { createTicket } from './create.ts'
import { replyToTicket } from './reply.ts'
import { CreateRequest, DeletedTicket, TicketList, TicketReply, TicketReplyRequest, UpdateRequest } from './schema.ts'
import { searchTickets } from './search.ts'
import { updateTicket } from './update.ts'

const isFromAdmin = ({ type }: TicketReplyRequest) => type === 'admin'

function tickets(app: App, server: Server) {
  app.post(
    '/tickets',
    {
      ...op('createTicket', {
        body_limit: FILES_LIMIT,
        summary: 'Create a ticket for a contact',
        sdk: (client) =>
          client.tickets.create({
            ticket_type_id: '1',
            contacts: [{ id: '6b078829306d5537cf33eba8' }],
          }),
        since: '2.9',
        refuses: [404, 409],
        scope: 'write_tickets',
        body: CreateRequest,
        response: Ticket,
      }),
      preHandler: writeAttributeFiles(server.files, 'ticket_attributes'),
    },
    async ({ workspace, body, written_files }) => {
      const attachFiles = attachingFiles(workspace, server, body, 'ticket_attributes', written_files)
      const id = await createTicket(workspace, body, attachFiles)
      return showTicket(workspace, id, displayOf(workspace, server))
    },
  )

  app.get(
    '/tickets/:id',
    op('getTicket', {
      summary: 'Show a ticket',
      sdk: (client) => client.tickets.get({ ticket_id: '1' }),
      since: '2.9',
      scope: 'read_conversations',
      params: ById,
      response: Ticket,
    }),
    async ({ workspace, params }) => showTicket(workspace, params.id, displayOf(workspace, server)),
  )

  app.put(
    '/tickets/:id',
    {
      ...op('updateTicket', {
        body_limit: FILES_LIMIT,
        summary: 'Change a ticket',
        sdk: (client) => client.tickets.update({ ticket_id: '1', open: true, snoozed_until: 2_000_000_000 }),
        since: '2.9',
        refuses: [422],
        scope: 'write_tickets',
        params: ById,
        body: UpdateRequest,
        response: Ticket,
      }),
      preHandler: writeAttributeFiles(server.files, 'ticket_attributes'),
    },
    async ({ workspace, params, body, written_files }) => {
      const attachFiles = attachingFiles(workspace, server, body, 'ticket_attributes', written_files)
      await updateTicket(workspace, params.id, body, attachFiles)
      return showTicket(workspace, params.id, displayOf(workspace, server))
    },
  )

  app.post(
    '/tickets/:id/reply',
    {
      ...op('replyTicket', {
        body_limit: FILES_LIMIT,
        summary: 'Reply to a ticket as an admin or a contact',
        sdk: (client) =>
          client.tickets.reply({
            ticket_id: '1',
            body: { message_type: 'comment', type: 'admin', admin_id: '814860', body: 'We are looking into it' },
          }),
        since: '2.9',
        refuses: [403, 409, 422],
        scope: 'write_tickets',
        params: ById,
        body: TicketReplyRequest,
        response: TicketReply,
      }),
      preHandler: [
        readBody({ files: server.files, max_length: MAX_BODY, with_text: true, isHtml: isFromAdmin }),
        writeAttachedFiles(server.files),
      ],
    },
    async ({ workspace, params, body, written_body, written_files }) => {
      const attachments = await attach(workspace, server, body, written_files)
      const fill = await claimPictures(workspace, server, written_body.pictures)
      const written = { ...written_body, html: fill(written_body.html) }
      const part_id = await replyToTicket(workspace, params.id, body, written, attachments)
      const [part] = await findParts(workspace, [part_id])
      return presentTicketPart(found(part), displayOf(workspace, server))
    },
  )

  app.post(
    '/tickets/search',
    op('searchTickets', {
      summary: 'Search tickets',
      sdk: (client) => client.tickets.search({ query: { field: 'state', operator: '=', value: 'submitted' } }),
      since: '2.10',
      scope: 'read_conversations',
      runs: 'read',
      body: SearchBody,
      response: TicketList,
    }),
    async ({ workspace, body }) => {
      const { page, result } = await searchTickets(workspace, body)
      return {
        type: 'ticket.list' as const,
        pages: presentPages(page, result),
        total_count: result.total_count,
        tickets: await showTickets(workspace, result.rows, displayOf(workspace, server)),
      }
    },
  )

  app.delete(
    '/tickets/:id',
    op('deleteTicket', {
      summary: 'Delete a ticket for good',
      sdk: (client) => client.tickets.deleteTicket({ ticket_id: '1' }),
      since: '2.13',
      scope: 'write_tickets',
      params: ById,
      response: DeletedTicket,
    }),
    async ({ workspace, params }) => {
      const ticket = found(await findTicket(workspace, params.id), 'Ticket not found', 'ticket_not_found')
      const id = await deleteConversation(workspace, server, ticket.id, true)
      return { id, object: 'ticket' as const, deleted: true as const }
    },
  )
}

export default { group: 'Tickets', routes: tickets, events: ticketEvents } satisfies Resource
