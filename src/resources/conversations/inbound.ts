// What a contact wrote on a channel, as its provider brings it: put where it belongs, once however often it is brought.

import type { ChannelName } from '#channels/channel.ts'
import type { EmailMessageMetadata } from '#channels/email/inbound/meaning.ts'
import type { Attachment } from '#resources/attachments/schema.ts'
import type { ContactRow } from '#resources/contacts/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { sourceTypeOf } from './channels.ts'
import { type Candidates, claimReceived, findCandidates } from './inbound-queries.ts'
import type { Recipient } from './queries.ts'
import { contactReplies } from './replies/contact.ts'
import { startConversation } from './start/from-contact.ts'
import { lockWriters } from './start/queries.ts'

export type Received = {
  channel: ChannelName
  /** The provider's own name for it: a MessageSid, a wamid, a Message-ID. */
  provider_id: string
  contact: ContactRow
  /** Plain text; `html` is the same where it came as such, and is sanitised here. */
  body: string
  html?: string
  subject?: string
  attachments?: Attachment[]
  /** Whom a mail went to. */
  recipients?: Recipient[]
  /** What the part, or the message that begins a conversation, keeps besides. */
  metadata?: object
  /** What a mail was as a mail: kept with the part, or with the source. */
  email_message_metadata?: EmailMessageMetadata
  /**
   * The conversation that it answers, where the channel tells (a mail's thread, a quoted WhatsApp message): one that
   * stands, or one that a message to the contact reserved. Null: none, it begins one. Absent: the channel cannot tell,
   * and it goes where the contact would expect it.
   */
  answers?: string | null
  created_at?: Date
}

/** What became of it. Blocked contacts are not heard; what was taken before is not taken again. */
export type Placed =
  | { outcome: 'begun' | 'replied'; conversation_id: string; part_ids: string[] }
  | { outcome: 'blocked' | 'known' }

/**
 * Run it in a transaction: what is taken and that it was taken are kept together. Of one contact, one thing at a time is
 * placed, so that what comes at the same moment goes to the same conversation.
 */
export async function receive(workspace: Workspace, received: Received): Promise<Placed> {
  const { channel, provider_id, contact, recipients, subject, answers, ...written } = received
  if (contact.blocked_at) return { outcome: 'blocked' }
  await lockWriters(workspace, 'writes', [contact.id])
  if (!(await claimReceived(workspace, channel, provider_id))) return { outcome: 'known' }
  const conversation_id = answers === undefined ? await whereItBelongs(workspace, contact, channel) : answers
  if (conversation_id) {
    const reply = await contactReplies(workspace, { ...written, contact, channel, conversation_id })
    return { outcome: 'replied', ...reply }
  }
  const begun = await startConversation(workspace, {
    ...written,
    contact,
    channel,
    ...(subject !== undefined && { subject }),
    ...(recipients && { recipients }),
  })
  return { outcome: 'begun', conversation_id: begun.conversation_id, part_ids: [] }
}

async function whereItBelongs(workspace: Workspace, contact: ContactRow, channel: ChannelName) {
  const candidates = await findCandidates(workspace, contact.id, channel, sourceTypeOf(channel))
  return destination(candidates, workspace.now())
}

const DAY_MS = 24 * 60 * 60 * 1000
/** A conversation that was closed no longer ago than this goes on. Intercom's rule for SMS; its setting for WhatsApp. */
const REOPENED_WITHIN_MS = 5 * DAY_MS

/**
 * A message that nobody has answered, and that is newer than what was said since, is what a contact answers; else the
 * conversation that is going on, or that was closed a short while ago; else none.
 */
export function destination({ conversation, unanswered }: Candidates, now: Date): string | null {
  if (unanswered && (!conversation || unanswered.created_at >= conversation.last_word_at))
    return unanswered.conversation_id
  if (!conversation) return null
  const { id, state, last_close_at, last_word_at } = conversation
  const closed_for_ms = now.getTime() - (last_close_at ?? last_word_at).getTime()
  if (state !== 'closed' || closed_for_ms < REOPENED_WITHIN_MS) return id
  return unanswered?.conversation_id ?? null
}
