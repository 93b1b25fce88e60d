// The SQL that creates conversations: with a contact's message, or from an admin's message.

import type { ChannelName } from '#channels/channel.ts'
import type { EmailMessageMetadata } from '#channels/email/inbound/meaning.ts'
import { one, rowId } from '#db/sql.ts'
import { reserves } from '#delivery/content.ts'
import type { Attachment } from '#resources/attachments/schema.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { type ConversationRow, type Recipient, withCalendar } from '../queries.ts'

export type CreatedConversation = { id: string; conversation_id: string; created_at: Date }

export type ContactMessage = {
  contact: { id: string; role: 'user' | 'lead' }
  channel: ChannelName
  source_type: ConversationRow['source_type']
  /** `body` as the contact wrote it, `html` as the conversation shows it. */
  body: string
  html: string
  subject: string | null
  url: string | null
  attachments: Attachment[]
  recipients: Recipient[]
  metadata: object
  email_message_metadata: EmailMessageMetadata | null
  custom_channel_id: string | null
  created_at: Date
}

/** Inserts the message, its conversation and the participant in one statement. */
export const insertFromContact = (workspace: Workspace, message: ContactMessage) => {
  const { contact, created_at, email_message_metadata } = message
  const attachments = JSON.stringify(message.attachments)
  return one(workspace.sql<CreatedConversation[]>`
    with message as (
      insert into messages
        (workspace_id, author_type, author_id, message_type, subject, body, url, attachments, metadata, conversation_id,
          created_at)
      values (${workspace.id}, ${contact.role}, ${contact.id}, ${message.channel}, ${message.subject}, ${message.body},
        ${message.url}, ${attachments}::text::jsonb, ${JSON.stringify(message.metadata)}::text::jsonb, nextval('conversation_ids'), ${created_at})
      returning id, conversation_id, created_at
    ), conversation as (
      insert into conversations
        (workspace_id, id, source_id, source_type, delivered_as, subject, body, author_type, author_id, url, attachments,
          recipients, email_message_metadata, waiting_since, first_contact_reply_at, first_contact_reply_type, first_contact_reply_url,
          last_contact_reply_at, custom_channel_id, created_at, updated_at)
      select ${workspace.id}, conversation_id, id, ${message.source_type}, 'customer_initiated', ${message.subject ?? ''},
        ${message.html}, ${contact.role}, ${contact.id}, ${message.url}, ${attachments}::text::jsonb,
        ${JSON.stringify(message.recipients)}::text::jsonb,
        ${email_message_metadata && JSON.stringify(email_message_metadata)}::text::jsonb, created_at, created_at, ${message.source_type}, ${message.url},
        created_at, ${message.custom_channel_id}::bigint, created_at, ${workspace.now()}
      from message
    ), taking_part as (
      insert into conversation_contacts (workspace_id, conversation_id, contact_id, joined_at)
      select ${workspace.id}, conversation_id, ${contact.id}, created_at from message
    )
    select id, conversation_id, created_at from message`) as Promise<CreatedConversation>
}

/** Removes the text and the files of a contact's message. */
export const redactMessage = ({ sql, id: workspace_id }: Workspace, id: string) => sql`
  update messages set body = '', attachments = '[]', metadata = '{}'
  where workspace_id = ${workspace_id} and id = ${id} and author_type <> 'admin'`

export type AdminMessageRow = {
  id: string
  /** The conversation that it reserved. */
  conversation_id: string
  author_id: string
  message_type: ChannelName
  subject: string | null
  /** Plain text for SMS, else safe HTML. */
  body: string | null
  attachments: Attachment[]
  created_at: Date
}

export const findAdminMessage = (workspace: Workspace, id: string) =>
  one(workspace.sql<AdminMessageRow[]>`
    select id, conversation_id, author_id, message_type, subject, body, attachments, created_at from messages
    where workspace_id = ${workspace.id} and id = ${id} and author_type = 'admin'`)

/**
 * Returns the recipients of the message in this conversation: all in to and cc, or the only one in bcc or of a
 * broadcast, with the parameters of the broadcast's message.
 */
export const listRecipients = (workspace: Workspace, message_id: string, conversation_id: string) =>
  workspace.sql<{ contact_id: string; parameters: string[] | null }[]>`
    select distinct contact_id, parameters from deliveries
    where workspace_id = ${workspace.id} and message_id = ${message_id} and conversation_id = ${conversation_id}
      and part_id is null`

/** Returns the message to the contact that reserved the conversation, if there is one. */
export const findReservingMessageId = async (workspace: Workspace, conversation_id: string, contact_id: string) =>
  (
    await one(workspace.sql<{ message_id: string }[]>`
      select message_id from deliveries
      where workspace_id = ${workspace.id} and contact_id = ${contact_id} and ${reserves(workspace.sql)}
        and conversation_id = ${rowId(conversation_id)}
      limit 1`)
  )?.message_id

/** Inserts an email of an admin with a conversation of its own. */
export const insertAdminEmail = (
  workspace: Workspace,
  { admin_id, subject, html }: { admin_id: string; subject: string; html: string },
) =>
  one(workspace.sql<AdminMessageRow[]>`
    insert into messages (workspace_id, author_type, author_id, message_type, subject, body, conversation_id, created_at)
    values (${workspace.id}, 'admin', ${admin_id}, 'email', ${subject}, ${html}, nextval('conversation_ids'),
      ${workspace.now()})
    returning id, conversation_id, author_id, message_type, subject, body, attachments, created_at`) as Promise<AdminMessageRow>

export const deleteMessage = (workspace: Workspace, id: string) => workspace.sql`
  delete from messages where workspace_id = ${workspace.id} and id = ${id}`

export type MessageConversation = {
  id: string
  source_type: ConversationRow['source_type']
  message: AdminMessageRow
  html: string | null
  contact_ids: string[]
  /** The conversation of which it is a side conversation. */
  side_of?: string
}

/** Returns false if the conversation exists already. */
export async function insertFromMessage(
  workspace: Workspace,
  { id, source_type, message, html, contact_ids, side_of }: MessageConversation,
): Promise<boolean> {
  const created = await workspace.sql`
    with created as (
      insert into conversations
        (workspace_id, id, source_id, source_type, delivered_as, subject, body, author_type, author_id, attachments,
          side_of, created_at, updated_at)
      values (${workspace.id}, ${id}, ${message.id}, ${source_type}, 'admin_initiated',
        ${source_type === 'email' ? (message.subject ?? '') : ''}, ${html}, 'admin', ${message.author_id},
        ${JSON.stringify(message.attachments)}::text::jsonb, ${side_of ?? null}, ${message.created_at}, ${workspace.now()})
      on conflict (workspace_id, id) do nothing
      returning id
    )
    insert into conversation_contacts (workspace_id, conversation_id, contact_id, joined_at)
    select ${workspace.id}, id, unnest(${contact_ids}::text[]), ${workspace.now()} from created`
  return created.count > 0
}

/**
 * Returns the contacts' other SMS conversations that are not closed, and locks them. Of two conversations that are
 * created at the same moment, the second one waits and finds the first.
 */
export async function lockOpenSmsConversations(workspace: Workspace, contact_ids: string[], other_than: string) {
  await lockWriters(workspace, 'opens', contact_ids)
  return workspace.sql<ConversationRow[]>`
    select ${withCalendar(workspace)} from conversations
    where workspace_id = ${workspace.id} and source_type = 'sms' and state <> 'closed' and id <> ${other_than}
      and id in (
        select conversation_id from conversation_contacts
        where workspace_id = ${workspace.id} and contact_id = any(${contact_ids}))
    order by id for update of conversations`
}

/**
 * Locks this for these contacts until the transaction ends. It is no row lock: replies lock conversations before
 * contacts, and a row lock on a contact first could end in a deadlock.
 */
export const lockWriters = (workspace: Workspace, what: 'writes' | 'opens', contact_ids: string[]) => workspace.sql`
  select pg_advisory_xact_lock(hashtextextended(${`${workspace.id} ${what} `} || id, 0))
  from (select unnest(${contact_ids}::text[]) as id order by id) contacts`
