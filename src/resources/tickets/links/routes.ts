// Links a tracker ticket to conversations and customer tickets.
import { Type } from 'typebox'
import { type App, op } from '#http/op.ts'
import { Id, named } from '#http/types.ts'
import { displayOf } from '#resources/conversations/display.ts'
import { Conversation } from '#resources/conversations/schema.ts'
import { showWithParts } from '#resources/conversations/show.ts'
import type { Resource, Server } from '#server.ts'
import { linkToTracker, unlinkFromTracker } from './link.ts'

const ByTicket = Type.Object({ ticket_id: Type.String() })
const ByTicketAndConversation = Type.Object({ ticket_id: Type.String(), id: Type.String() })

/** The verb checks the id, because its absence has a text of its own. */
const LinkRequest = named('link_conversation_to_ticket_request', Type.Object({ conversation_id: Type.Optional(Id) }))

function links(app: App, server: Server) {
  app.post(
    '/tickets/:ticket_id/linked_conversations',
    op('linkConversationToTicket', {
      summary: 'Link a conversation to a tracker ticket',
      since: '2.16',
      scope: 'write_tickets',
      params: ByTicket,
      body: LinkRequest,
      response: Conversation,
    }),
    async ({ workspace, params, body }) => {
      const id = await linkToTracker(workspace, params.ticket_id, body.conversation_id)
      return showWithParts(workspace, id, displayOf(workspace, server))
    },
  )

  app.delete(
    '/tickets/:ticket_id/linked_conversations/:id',
    op('unlinkConversationFromTicket', {
      summary: 'Unlink a conversation from a tracker ticket',
      since: '2.16',
      scope: 'write_tickets',
      params: ByTicketAndConversation,
      response: Conversation,
    }),
    async ({ workspace, params }) => {
      const id = await unlinkFromTracker(workspace, params.ticket_id, params.id)
      return showWithParts(workspace, id, displayOf(workspace, server))
    },
  )
}

export default { group: 'Tickets', routes: links } satisfies Resource
