// Tags on tickets. A ticket keeps those that it had as a conversation. A request names the admin who acts.
import { Type } from 'typebox'
import { found } from '#http/errors.ts'
import { type App, op } from '#http/op.ts'
import { theAdmin } from '#resources/admins/queries.ts'
import { ByAdmin, TagByAdmin } from '#resources/conversations/requests.ts'
import { conversationTags } from '#resources/conversations/taggable.ts'
import { findTicket } from '#resources/conversations/tickets/queries.ts'
import { attachTag, detachTag } from '#resources/tags/attach.ts'
import { theTag } from '#resources/tags/queries.ts'
import { AppliedTag, presentAppliedTag } from '#resources/tags/schema.ts'
import type { Resource } from '#server.ts'
import type { Workspace } from '#workspaces/workspace.ts'

const ByTicket = Type.Object({ ticket_id: Type.String() })
const ByTicketAndTag = Type.Object({ ticket_id: Type.String(), id: Type.String() })

const theTicket = async (workspace: Workspace, id: string) =>
  found(await findTicket(workspace, id), 'Ticket not found', 'ticket_not_found')

function routes(app: App) {
  app.post(
    '/tickets/:ticket_id/tags',
    op('attachTagToTicket', {
      summary: 'Tag a ticket',
      sdk: (client) => client.tags.tagTicket({ ticket_id: '1', id: '1', admin_id: '814860' }),
      since: '2.10',
      params: ByTicket,
      body: TagByAdmin,
      response: AppliedTag,
    }),
    async ({ workspace, params, body }) => {
      const ticket = await theTicket(workspace, params.ticket_id)
      const admin = await theAdmin(workspace, body.admin_id)
      const tag = await theTag(workspace, body.id)
      return presentAppliedTag(await attachTag(workspace, conversationTags, ticket, tag, admin.id))
    },
  )

  app.delete(
    '/tickets/:ticket_id/tags/:id',
    op('detachTagFromTicket', {
      summary: 'Remove a tag from a ticket',
      sdk: (client) => client.tags.untagTicket({ ticket_id: '1', tag_id: '1', admin_id: '814860' }),
      since: '2.10',
      params: ByTicketAndTag,
      body: ByAdmin,
      response: AppliedTag,
    }),
    async ({ workspace, params, body }) => {
      const ticket = await theTicket(workspace, params.ticket_id)
      await theAdmin(workspace, body.admin_id)
      const tag = await theTag(workspace, params.id)
      return presentAppliedTag(await detachTag(workspace, conversationTags, ticket, tag))
    },
  )
}

export default { group: 'Tags', routes } satisfies Resource
