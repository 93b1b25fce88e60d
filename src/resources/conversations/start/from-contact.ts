// A conversation that a contact begins: by the API, in the messenger, by mail, SMS or WhatsApp.
import { type Static, Type } from 'typebox'
import type { ChannelName } from '#channels/channel.ts'
import type { EmailMessageMetadata } from '#channels/email/inbound/meaning.ts'
import { forbidden } from '#http/errors.ts'
import { epoch, named } from '#http/types.ts'
import { paragraphs, sanitizeHtml } from '#lib/html.ts'
import type { Attachment } from '#resources/attachments/schema.ts'
import { markReplied } from '#resources/contacts/activity-queries.ts'
import type { ContactRow } from '#resources/contacts/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { sourceTypeOf } from '../channels.ts'
import { emitConversation } from '../emit.ts'
import type { Recipient } from '../queries.ts'
import { type CreatedConversation, insertFromContact } from './queries.ts'

export type Beginning = {
  contact: ContactRow
  /** Plain text. */
  body: string
  /** The same as HTML, where it came as such (by mail); it is sanitised here. */
  html?: string
  subject?: string | undefined
  /** The page that the contact wrote from. */
  url?: string | undefined
  attachments?: Attachment[]
  /** Whom the contact's mail went to. */
  recipients?: Recipient[]
  /** What the message keeps besides. */
  metadata?: object
  /** What it was as a mail. */
  email_message_metadata?: EmailMessageMetadata
  created_at?: Date | undefined
  /** `inapp` where absent. */
  channel?: ChannelName
}

/** The message with its conversation, which is open and waits for an answer. A blocked contact begins none: 403. */
export async function startConversation(workspace: Workspace, beginning: Beginning): Promise<CreatedConversation> {
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
  } = beginning
  assertNotBlocked(contact)
  const begun = await insertFromContact(workspace, {
    contact,
    channel,
    source_type: sourceTypeOf(channel),
    body,
    html: html === undefined ? paragraphs(body) : sanitizeHtml(html),
    subject: subject ?? null,
    url: url ?? null,
    attachments,
    recipients,
    metadata,
    email_message_metadata: beginning.email_message_metadata ?? null,
    created_at: beginning.created_at ?? workspace.now(),
  })
  await markReplied(workspace, contact.id, begun.created_at, channel)
  await emitConversation(workspace, {
    topic: 'conversation.user.created',
    id: begun.conversation_id,
    actor: { type: contact.role, id: contact.id },
  })
  return begun
}

/** What the API answers to a message from a contact. */
export const UserMessage = named(
  'user_message',
  Type.Object({
    type: Type.Literal('user_message'),
    id: Type.String(),
    created_at: Type.Integer(),
    subject: Type.Optional(Type.String()),
    body: Type.String(),
    message_type: Type.Literal('inapp'),
    conversation_id: Type.String(),
  }),
)

export async function sendFromContact(
  workspace: Workspace,
  message: Omit<Beginning, 'html' | 'recipients' | 'email_message_metadata' | 'channel'>,
): Promise<Static<typeof UserMessage>> {
  const { id, conversation_id, created_at } = await startConversation(workspace, message)
  return {
    type: 'user_message',
    id,
    created_at: epoch(created_at),
    ...(message.subject && { subject: message.subject }),
    body: message.body,
    message_type: 'inapp',
    conversation_id,
  }
}

export function assertNotBlocked({ blocked_at }: ContactRow) {
  if (blocked_at) throw forbidden('The contact is blocked')
}
