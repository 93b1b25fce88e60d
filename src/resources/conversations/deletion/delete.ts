// Deletes a conversation for good, with all that belongs to it.
import { endDeliveriesOf } from '#delivery/end.ts'
import { filesReferredTo, type Links } from '#files/link.ts'
import { found } from '#http/errors.ts'
import { deleteAttachments } from '#resources/attachments/queries.ts'
import { deleteReferences } from '#resources/custom-object-instances/references/queries.ts'
import { deleteTaggings } from '#resources/tags/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { type ConversationRow, isTicket, lockConversation } from '../queries.ts'
import { deleteMessage } from '../start/queries.ts'
import { conversationEvents } from '../topics.ts'
import {
  asText,
  deleteConversationRow,
  deliveriesIn,
  insertDeleted,
  listContents,
  lockSides,
  partIdsOf,
} from './queries.ts'

/**
 * Queued deliveries end; what a contact writes to it later starts a new conversation. Files are left to the job that removes
 * unclaimed ones. A ticket has no event of its deletion, as at Intercom. With `retain_metrics` the numbers that reports count stay. Returns the id.
 * @throws a 404 if there is no such conversation.
 */
export async function deleteConversation(
  workspace: Workspace,
  links: Links,
  id: string,
  retain_metrics: boolean,
): Promise<string> {
  const conversation = found(await lockConversation(workspace, id))
  await insertDeleted(workspace, conversation.id, retain_metrics)
  for (const side of await lockSides(workspace, conversation.id)) await deleteContents(workspace, links, side)
  await deleteContents(workspace, links, conversation)
  if (isTicket(conversation)) return conversation.id
  await conversationEvents.emit(workspace, {
    topic: 'conversation.deleted',
    object_id: conversation.id,
    snapshot: () => ({
      type: 'conversation',
      id: conversation.id,
      deleted: true,
      conversation_id: conversation.id,
    }),
  })
  return conversation.id
}

async function deleteContents(workspace: Workspace, links: Links, conversation: ConversationRow) {
  const { id, source_id, author_type, side_of } = conversation
  await endDeliveriesOf(workspace.sql, workspace.id, deliveriesIn(workspace, id, source_id), workspace.now())
  const contents = await listContents(workspace, id)
  await deleteTaggings(workspace, 'conversation_part', partIdsOf(workspace, id))
  await deleteTaggings(workspace, 'conversation', asText(workspace, id))
  await deleteReferences(workspace, ['conversation', 'ticket'], asText(workspace, id))
  await deleteConversationRow(workspace, id)
  if (author_type !== 'admin' || side_of) await deleteMessage(workspace, source_id)
  const pictures = contents.flatMap(({ body, history }) =>
    [body, history].flatMap((html) => (html ? filesReferredTo(links, workspace.id, html) : [])),
  )
  await deleteAttachments(workspace, [...pictures, ...contents.flatMap(({ file_ids }) => file_ids)])
}
