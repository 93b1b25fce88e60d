// Merges conversations.
import { type Static, Type } from 'typebox'
import { type App, op } from '#http/op.ts'
import { ById, named } from '#http/types.ts'
import type { Resource, Server } from '#server.ts'
import { displayOf } from '../display.ts'
import { Conversation } from '../schema.ts'
import { showWithNewParts } from '../show.ts'
import { mergeConversations } from './merge.ts'

/** The verb checks the id, because its refusal has a text of its own. */
const MergeRequest = named(
  'merge_conversation_request',
  Type.Object({
    merge_into_conversation_id: Type.Optional(
      Type.Unknown({ description: 'The id of the conversation that is left: an integer, or its digits.' }),
    ),
  }),
)
type MergeRequest = Static<typeof MergeRequest>

function merging(app: App, server: Server) {
  app.post(
    '/conversations/:id/merge',
    op('mergeConversation', {
      summary: 'Merge a conversation into another one, which is left',
      since: '2.16',
      refuses: [422],
      scope: 'write_conversations',
      params: ById,
      body: MergeRequest,
      response: Conversation,
    }),
    async ({ workspace, params, body }) => {
      const { merge_into_conversation_id } = body as MergeRequest
      const { conversation_id, part_ids } = await mergeConversations(workspace, params.id, merge_into_conversation_id)
      return showWithNewParts(workspace, conversation_id, part_ids, displayOf(workspace, server))
    },
  )
}

export default { group: 'Conversations', routes: merging } satisfies Resource
