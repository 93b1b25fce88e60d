// A conversation that a contact starts: through the API, the messenger, email, SMS or WhatsApp.
import type { ChannelName } from '#channels/channel.ts'
import type { EmailMessageMetadata } from '#channels/email/inbound/meaning.ts'
import { forbidden } from '#http/errors.ts'
import { paragraphs } from '#lib/html.ts'
import type { Attachment } from '#resources/attachments/schema.ts'
import { markReplied } from '#resources/contacts/activity-queries.ts'
import type { ContactRow } from '#resources/contacts/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { sourceTypeOf } from '../channels.ts'
import { emitConversation } from '../emit.ts'
import type { ConversationRow, Recipient } from '../queries.ts'
import { presentUserMessage } from '../schema.ts'
import { type CreatedConversation, insertFromContact } from './queries.ts'

export type NewConversation = {
  contact: ContactRow
  /** Plain text. */
  body: string
  /** The same as safe HTML, if it came as HTML (an email). */
  html?: string
  subject?: string | undefined
  /** The page that the contact wrote from. */
  url?: string | undefined
  attachments?: Attachment[]
  /** The recipients of the contact's email. */
  recipients?: Recipient[]
  /** Stored with the message. */
  metadata?: object
  /** Of an email: subject, addresses, Message-ID and history. */
  email_message_metadata?: EmailMessageMetadata
  created_at?: Date | undefined
  /** Default: `inapp`. */
  channel?: ChannelName
  /** Default: that of the channel. */
  source_type?: ConversationRow['source_type']
  /** The custom channel on which it starts. */
  custom_channel_id?: string
}

/** Returns the message and its open conversation, which waits for a reply. @throws a 403 if the contact is blocked. */
export async function startConversation(workspace: Workspace, started: NewConversation): Promise<CreatedConversation> {
  const {
    contact,
    body,
    html,
    subject,
    url,
    attachments = [],
    recipients = [],
    metadata = {},
    channel = 'inapp',
  } = started
  assertNotBlocked(contact)
  const created = await insertFromContact(workspace, {
    contact,
    channel,
    source_type: started.source_type ?? sourceTypeOf(channel),
    body,
    html: html ?? paragraphs(body),
    subject: subject ?? null,
    url: url ?? null,
    attachments,
    recipients,
    metadata,
    email_message_metadata: started.email_message_metadata ?? null,
    custom_channel_id: started.custom_channel_id ?? null,
    created_at: started.created_at ?? workspace.now(),
  })
  await markReplied(workspace, contact, created.created_at, channel)
  await emitConversation(workspace, {
    topic: 'conversation.user.created',
    id: created.conversation_id,
    actor: { type: contact.role, id: contact.id },
  })
  return created
}

/** Starts a conversation in the messenger, and returns what the API answers. */
export async function sendFromContact(
  workspace: Workspace,
  message: Omit<NewConversation, 'html' | 'recipients' | 'email_message_metadata' | 'channel'>,
) {
  return presentUserMessage(message, await startConversation(workspace, message))
}

export function assertNotBlocked({ blocked_at }: ContactRow) {
  if (blocked_at) throw forbidden('The contact is blocked')
}
