// Tags on conversations. A request names the admin who acts.
import { Type } from 'typebox'
import { found } from '#http/errors.ts'
import { type App, op } from '#http/op.ts'
import { theAdmin } from '#resources/admins/queries.ts'
import { attachTag, detachTag } from '#resources/tags/attach.ts'
import { theTag } from '#resources/tags/queries.ts'
import { AppliedTag, presentAppliedTag } from '#resources/tags/schema.ts'
import type { Resource } from '#server.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { findConversation } from './queries.ts'
import { ByAdmin, TagByAdmin } from './requests.ts'
import { conversationTags } from './taggable.ts'

const ByConversation = Type.Object({ conversation_id: Type.String() })
const ByConversationAndTag = Type.Object({ conversation_id: Type.String(), id: Type.String() })

const theConversation = async (workspace: Workspace, id: string) =>
  found(await findConversation(workspace, id), 'Conversation not found')

function routes(app: App) {
  app.post(
    '/conversations/:conversation_id/tags',
    op('attachTagToConversation', {
      summary: 'Tag a conversation',
      sdk: (client) => client.tags.tagConversation({ conversation_id: '1', id: '1', admin_id: '814860' }),
      params: ByConversation,
      body: TagByAdmin,
      response: AppliedTag,
    }),
    async ({ workspace, params, body }) => {
      const conversation = await theConversation(workspace, params.conversation_id)
      const admin = await theAdmin(workspace, body.admin_id)
      const tag = await theTag(workspace, body.id)
      return presentAppliedTag(await attachTag(workspace, conversationTags, conversation, tag, admin.id))
    },
  )

  app.delete(
    '/conversations/:conversation_id/tags/:id',
    op('detachTagFromConversation', {
      summary: 'Remove a tag from a conversation',
      sdk: (client) => client.tags.untagConversation({ conversation_id: '1', tag_id: '1', admin_id: '814860' }),
      params: ByConversationAndTag,
      body: ByAdmin,
      response: AppliedTag,
    }),
    async ({ workspace, params, body }) => {
      const conversation = await theConversation(workspace, params.conversation_id)
      await theAdmin(workspace, body.admin_id)
      const tag = await theTag(workspace, params.id)
      return presentAppliedTag(await detachTag(workspace, conversationTags, conversation, tag))
    },
  )
}

export default { group: 'Tags', routes } satisfies Resource
