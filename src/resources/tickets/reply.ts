// POST /tickets/{id}/reply: an admin or a contact writes, as in a conversation.
import { found } from '#http/errors.ts'
import { shareFile } from '#resources/attachments/queries.ts'
import type { Attachment } from '#resources/attachments/schema.ts'
import type { WrittenBody } from '#resources/attachments/written-body.ts'
import { fileIdsOf } from '#resources/conversations/parts/remove-files.ts'
import { lockConversation } from '#resources/conversations/queries.ts'
import { adminReplies } from '#resources/conversations/replies/admin.ts'
import { reply } from '#resources/conversations/replies/reply.ts'
import { findTicket } from '#resources/conversations/tickets/queries.ts'
import { findTicketType } from '#resources/ticket-types/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { listLinkedIds } from './links/queries.ts'
import type { TicketReplyRequest } from './schema.ts'

/**
 * Returns the id of the reply. `written` is the body of an admin's reply.
 * @throws a 404 if there is no such ticket, admin or contact; a 400 without a body, or for a contact in a Back-office ticket
 */
export async function replyToTicket(
  workspace: Workspace,
  id: string,
  request: TicketReplyRequest,
  written: WrittenBody,
  attachments: Attachment[],
): Promise<string> {
  const ticket = found(await findTicket(workspace, id))
  const { part_ids } = await reply(workspace, ticket.id, request, written, attachments)
  const is_note = request.type === 'admin' && request.message_type === 'note'
  const type = is_note && request.cross_post ? await findTicketType(workspace, ticket.ticket_type_id) : undefined
  if (type?.category === 'Back-office') await crossPost(workspace, ticket.id, request, written, attachments)
  return part_ids[0]!
}

/** Copies the note to all that the ticket is linked to. The copies have the same files. */
async function crossPost(
  workspace: Workspace,
  ticket_id: string,
  { admin_id = '' }: TicketReplyRequest,
  { html }: WrittenBody,
  attachments: Attachment[],
): Promise<void> {
  const linked_ids = await listLinkedIds(workspace, ticket_id)
  if (linked_ids.length) for (const file_id of fileIdsOf(attachments)) await shareFile(workspace, file_id)
  for (const id of linked_ids) {
    const linked = found(await lockConversation(workspace, id))
    await adminReplies(workspace, linked, {
      ...{ admin_id, message_type: 'note', html, attachments, reply_options: [] },
      ...{ created_at: workspace.now(), skip_notifications: true, skip_unsnooze: true },
    })
  }
}
