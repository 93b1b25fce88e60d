// Sends a reply to the participants: creates a delivery for each, on the channel that the conversation started on.
import { enqueue } from '#delivery/enqueue.ts'
import { markContacted } from '#resources/contacts/activity-queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { channelOf } from '../channels.ts'
import { participantIds } from '../participants/queries.ts'
import { type ConversationRow, isTicket } from '../queries.ts'

/**
 * `part_id` null sends the message that started the conversation. Contacts without an address on the channel, blocked ones and
 * those that are not live get nothing, and nobody does of a ticket that is not shared.
 */
export async function notifyContacts(
  workspace: Workspace,
  conversation: ConversationRow,
  part_id: string | null,
): Promise<void> {
  if (isTicket(conversation) && !conversation.is_shared) return
  // Its callbacks bring the reply.
  if (conversation.custom_channel_id) return
  const channel = channelOf(conversation)
  const contacts = await markContacted(workspace, participantIds(workspace, conversation.id), channel)
  await enqueue(
    workspace,
    contacts.map(({ id, name, address }) => ({
      channel,
      message_id: conversation.source_id,
      part_id,
      ruleset_id: conversation.source_id,
      conversation_id: conversation.id,
      contact_id: id,
      recipient_type: 'to' as const,
      address,
      name,
    })),
  )
}
