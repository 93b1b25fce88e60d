// Receives what a contact writes on a channel: finds its conversation, and takes each message once, however often the
// provider delivers it.

import type { ChannelName } from '#channels/channel.ts'
import type { EmailMessageMetadata } from '#channels/email/inbound/meaning.ts'
import type { Attachment } from '#resources/attachments/schema.ts'
import type { ContactRow } from '#resources/contacts/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { sourceTypeOf } from './channels.ts'
import { wasDeleted } from './deletion/queries.ts'
import { type Candidates, claimReceived, findCandidates, placeReceived } from './inbound-queries.ts'
import { lockSurvivor } from './merging/survivor.ts'
import type { Recipient } from './queries.ts'
import { contactReplies } from './replies/contact.ts'
import { startConversation } from './start/from-contact.ts'
import { lockWriters } from './start/queries.ts'

export type Received = {
  channel: ChannelName
  /** The provider's id: a MessageSid, a wamid, a Message-ID. */
  provider_id: string
  contact: ContactRow
  /** Plain text; `html` is the same as safe HTML, if it came as HTML. */
  body: string
  html?: string
  subject?: string
  attachments?: Attachment[]
  /** The recipients of an email. */
  recipients?: Recipient[]
  /** Stored with the part, or with the message that starts a conversation. */
  metadata?: object
  /** Of an email: subject, addresses, Message-ID and history. */
  email_message_metadata?: EmailMessageMetadata
  /**
   * The conversation that it replies to, if the channel says so (the thread of an email, a quoted WhatsApp message):
   * one that exists, or one that a message to the contact reserved. Null: none, it starts a new one. Absent: the
   * channel does not say, and `destination` decides.
   */
  answers?: string | null
  created_at?: Date
}

/** `blocked`: messages of blocked contacts are ignored. `known`: it was received before. */
export type ReceiveResult =
  | { outcome: 'begun' | 'replied'; conversation_id: string; part_ids: string[] }
  | { outcome: 'blocked' | 'known' }

/**
 * Run it in a transaction, so that the message and the note that it was received are stored together. Messages of one
 * contact are received one after the other, so that two at the same moment reach the same conversation.
 */
export async function receive(workspace: Workspace, received: Received): Promise<ReceiveResult> {
  const { channel, provider_id, contact, recipients, subject, answers, ...written } = received
  if (contact.blocked_at) return { outcome: 'blocked' }
  await lockWriters(workspace, 'writes', [contact.id])
  if (!(await claimReceived(workspace, channel, provider_id))) return { outcome: 'known' }
  const conversation_id = answers === undefined ? await findDestination(workspace, contact, channel) : answers
  if (conversation_id && !(await isDeleted(workspace, conversation_id))) {
    const reply = await contactReplies(workspace, { ...written, contact, channel, conversation_id })
    const [part_id = null] = reply.part_ids
    await placeReceived(workspace, channel, provider_id, { conversation_id: reply.conversation_id, part_id })
    return { outcome: 'replied', ...reply }
  }
  const started = await startConversation(workspace, {
    ...written,
    contact,
    channel,
    ...(subject !== undefined && { subject }),
    ...(recipients && { recipients }),
  })
  const { conversation_id: begun } = started
  await placeReceived(workspace, channel, provider_id, { conversation_id: begun, part_id: null })
  return { outcome: 'begun', conversation_id: begun, part_ids: [] }
}

/** It may have been deleted since it was found. A lock on it makes a deletion wait for this message. */
const isDeleted = async (workspace: Workspace, conversation_id: string): Promise<boolean> =>
  !(await lockSurvivor(workspace, conversation_id)) && wasDeleted(workspace, conversation_id)

async function findDestination(workspace: Workspace, contact: ContactRow, channel: ChannelName) {
  const candidates = await findCandidates(workspace, contact.id, channel, sourceTypeOf(channel))
  return destination(candidates, workspace.now())
}

const DAY_MS = 24 * 60 * 60 * 1000
/**
 * A conversation that was closed within this time is reopened. Intercom's rule for SMS, and its setting for WhatsApp.
 */
const REOPENED_WITHIN_MS = 5 * DAY_MS

/**
 * Returns the conversation that a contact replies to: that of a message without a reply, if it is newer than the last
 * conversation; else the conversation that is not closed, or was closed a short while ago; else null.
 */
export function destination({ conversation, unanswered }: Candidates, now: Date): string | null {
  if (unanswered && (!conversation || unanswered.created_at >= conversation.last_message_at))
    return unanswered.conversation_id
  if (!conversation) return null
  const { id, state, last_close_at, last_message_at } = conversation
  const closed_for_ms = now.getTime() - (last_close_at ?? last_message_at).getTime()
  if (state !== 'closed' || closed_for_ms < REOPENED_WITHIN_MS) return id
  return unanswered?.conversation_id ?? null
}
