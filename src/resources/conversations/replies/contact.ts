// A contact's reply on any channel: in a conversation that exists, or in one that a message to the contact reserved.

import type { ChannelName } from '#channels/channel.ts'
import type { EmailMessageMetadata } from '#channels/email/inbound/meaning.ts'
import { found, notFound } from '#http/errors.ts'
import { paragraphs } from '#lib/html.ts'
import { findAdmin } from '#resources/admins/queries.ts'
import type { Attachment } from '#resources/attachments/schema.ts'
import { markReplied } from '#resources/contacts/activity-queries.ts'
import { wasMerged } from '#resources/contacts/merged-queries.ts'
import type { ContactRow } from '#resources/contacts/queries.ts'
import { findTicketType } from '#resources/ticket-types/queries.ts'
import { ChangedMeanwhile, type Workspace } from '#workspaces/workspace.ts'
import { distribute } from '../assignment/distribute.ts'
import { channelOf, sourceTypeOf } from '../channels.ts'
import { lockSurvivor } from '../merging/survivor.ts'
import { isParticipant } from '../participants/queries.ts'
import { type ConversationRow, isTicket, lockConversation } from '../queries.ts'
import { assertNotBlocked } from '../start/from-contact.ts'
import { createFromMessage } from '../start/from-message.ts'
import { findReservingMessageId } from '../start/queries.ts'
import { outcomeOf } from '../state/outcome.ts'
import { type NewParts, record } from '../state/record.ts'
import { asTicket, workOnAnswered } from '../tickets/change-state.ts'

export type ContactReply = {
  /** A conversation, which may be merged, or the one that a message to the contact reserved. */
  conversation_id: string
  contact: ContactRow
  /** Plain text. */
  body: string
  /** The same as safe HTML, if it came as HTML (an email). */
  html?: string
  attachments?: Attachment[]
  metadata?: object
  email_message_metadata?: EmailMessageMetadata
  created_at?: Date | undefined
  /** The channel of the reply. Default: the channel of the conversation. */
  channel?: ChannelName
}

/**
 * Returns the conversation and its new parts: the reply, and those of a new assignment if the assigned admin is away and gives it
 * up.
 * @throws a 404 if there is no such conversation or the contact is not a participant, a 403 if the contact is blocked.
 */
export async function contactReplies(workspace: Workspace, reply: ContactReply): Promise<NewParts> {
  const { contact, body, html, attachments = [], metadata = {} } = reply
  const { email_message_metadata } = reply
  assertNotBlocked(contact)
  const conversation = await lockConversationOf(workspace, reply.conversation_id, contact)
  const type = isTicket(conversation) ? found(await findTicketType(workspace, conversation.ticket_type_id)) : undefined
  // Taken with the lock, so that the order of the parts is that of the changes.
  const created_at = reply.created_at ?? workspace.now()
  const channel = reply.channel ?? channelOf(conversation)
  const facts = { at: created_at, source_type: sourceTypeOf(channel) }
  const written = await record(workspace, conversation, outcomeOf(conversation, 'contact_writes', facts), {
    author: { type: contact.role, id: contact.id },
    body: html ?? paragraphs(body),
    attachments,
    metadata,
    ...(email_message_metadata && { email_message_metadata }),
    created_at,
  })
  await markReplied(workspace, contact, created_at, channel)
  const worked_on = type && (await workOnAnswered(workspace, asTicket(written.conversation), type, created_at))
  const answered = worked_on?.conversation ?? written.conversation
  const reassigned = await reassignIfAway(workspace, answered, created_at)
  const part_ids = [written.part_id, ...(worked_on ? [worked_on.part_id] : []), ...reassigned]
  return { conversation_id: conversation.id, part_ids }
}

/**
 * Locks a contact's conversation, or the one that it was merged into; creates it if it is only reserved by a message.
 * @throws a 404
 */
export async function lockConversationOf(
  workspace: Workspace,
  id: string,
  contact: ContactRow,
): Promise<ConversationRow> {
  const conversation = await lockSurvivor(workspace, id)
  if (conversation) {
    if (await isParticipant(workspace, conversation.id, contact.id)) return conversation
    await assertNotMerged(workspace, contact)
    throw notFound('User Not Found')
  }
  const message_id = await findReservingMessageId(workspace, id, contact.id)
  if (!message_id) await assertNotMerged(workspace, contact)
  return found(await lockConversation(workspace, await createFromMessage(workspace, found(message_id), id)))
}

/** The contact's conversations went to another one since it was read. */
async function assertNotMerged(workspace: Workspace, { id }: ContactRow) {
  if (await wasMerged(workspace, id)) throw new ChangedMeanwhile('The contact was merged')
}

/**
 * A conversation whose admin is away, and wants new replies to go to others, goes to another member of its team, or to nobody.
 * One that waits in its team, and is open again, goes to a member too.
 */
async function reassignIfAway(workspace: Workspace, conversation: ConversationRow, created_at: Date) {
  const { admin_assignee_id, awaits_assignee_since } = conversation
  if (awaits_assignee_since) return (await distribute(workspace, conversation, created_at)).part_ids
  const admin = admin_assignee_id ? await findAdmin(workspace, admin_assignee_id) : undefined
  if (!admin?.away_mode_enabled || !admin.away_mode_reassign) return []
  const outcome = outcomeOf(conversation, 'away_mode_unassigns', { from: 'admin' })
  const unassigned = await record(workspace, conversation, outcome, { author: { type: 'bot' }, created_at })
  const { part_ids } = await distribute(workspace, unassigned.conversation, created_at)
  return [unassigned.part_id, ...part_ids]
}
