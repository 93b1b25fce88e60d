// What a tag on a conversation, or on a ticket, means besides.
import type { Taggable } from '#resources/tags/attach.ts'
import { insertTagging } from '#resources/tags/queries.ts'
import { emitConversation } from './emit.ts'
import { type ConversationRow, findNewestPartId, isTicket } from './queries.ts'

export const conversationTags: Taggable<ConversationRow> = {
  object_type: 'conversation',
  /** The newest part gets the tag too; the event is about that part. */
  async attached(workspace, conversation, tag) {
    const { id } = conversation
    const part_id = await findNewestPartId(workspace, id)
    const part = part_id && { object_type: 'conversation_part', object_id: part_id }
    if (part) await insertTagging(workspace, tag, part, workspace.admin_id)
    if (isTicket(conversation)) return
    await emitConversation(workspace, {
      topic: 'conversation_part.tag.created',
      id,
      details: { tag_id: tag.id, part_id },
    })
  },
  async detached() {},
}
