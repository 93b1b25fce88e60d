// Conversations, and the SQL that changes them.
import type { EmailMessageMetadata } from '#channels/email/inbound/meaning.ts'
import { one, rowId, type Sql } from '#db/sql.ts'
import { botOf } from '#resources/admins/fragments.ts'
import type { Attachment } from '#resources/attachments/schema.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { conversationEvents } from './topics.ts'

export type ConversationRow = {
  id: string
  /** The message that began it. */
  source_id: string
  source_type: 'conversation' | 'email' | 'sms' | 'whatsapp'
  delivered_as: 'customer_initiated' | 'admin_initiated'
  subject: string
  body: string | null
  author_type: 'admin' | 'user' | 'lead'
  author_id: string
  url: string | null
  attachments: Attachment[]
  /** What the mail that began it was as a mail. */
  email_message_metadata: EmailMessageMetadata | null
  state: 'open' | 'closed' | 'snoozed'
  read: boolean
  priority: 'none' | 'low' | 'medium' | 'high' | 'urgent'
  title: string | null
  /** Since when a contact waits for an answer, if one does. */
  waiting_since: Date | null
  snoozed_until: Date | null
  admin_assignee_id: string | null
  team_assignee_id: string | null
  teammate_ids: string[]
  custom_attributes: Record<string, unknown>
  first_contact_reply_at: Date | null
  first_contact_reply_type: string | null
  first_contact_reply_url: string | null
  first_assignment_at: Date | null
  first_admin_reply_at: Date | null
  first_close_at: Date | null
  last_assignment_at: Date | null
  last_assignment_admin_reply_at: Date | null
  last_contact_reply_at: Date | null
  last_admin_reply_at: Date | null
  last_close_at: Date | null
  last_closed_by_id: string | null
  count_reopens: number
  count_assignments: number
  count_conversation_parts: number
  reply_times: number[]
  created_at: Date
  updated_at: Date
}

/** Whom an email went to, and why it did not where it did not. */
export type Recipient = { type: 'to' | 'cc' | 'bcc'; email: string; drop_reason: string | null }

export const findConversation = (workspace: Workspace, id: string) =>
  one(workspace.sql<ConversationRow[]>`
    select * from conversations where workspace_id = ${workspace.id} and id = ${rowId(id)}`)

/** Whoever changes a conversation holds it, so that two changes at once come one after the other. */
export const lockConversation = (workspace: Workspace, id: string) =>
  one(workspace.sql<ConversationRow[]>`
    select * from conversations where workspace_id = ${workspace.id} and id = ${rowId(id)} for update`)

export const findNewestPartId = async (workspace: Workspace, conversation_id: string) =>
  (
    await one(workspace.sql<{ id: string }[]>`
      select id from conversation_parts
      where workspace_id = ${workspace.id} and conversation_id = ${conversation_id}
      order by created_at desc, id desc limit 1`)
  )?.id

/** What an act changes in a conversation. */
export type Change = Partial<
  Omit<ConversationRow, 'id' | 'custom_attributes' | 'attachments' | 'email_message_metadata'>
>

export const changeConversation = (workspace: Workspace, id: string, change: Change) => workspace.sql`
  update conversations set ${workspace.sql({ ...change, updated_at: workspace.now() })}
  where workspace_id = ${workspace.id} and id = ${id}`

export const setCustomAttributes = (workspace: Workspace, id: string, attributes: Record<string, unknown>) =>
  workspace.sql`
    update conversations set custom_attributes = ${JSON.stringify(attributes)}::text::jsonb
    where workspace_id = ${workspace.id} and id = ${id}`

/** Whose conversations wake: one workspace's, or everybody's but of those. */
export type Sleepers = { of: string } | { not_of: string[] }

const belongs = (sql: Sql, who: Sleepers) =>
  'of' in who ? sql`workspace_id = ${who.of}` : sql`not workspace_id = any(${who.not_of}::text[])`

/** Wakes what has slept long enough, at most `most` at a time; says how many that were. */
export async function wakeDue(sql: Sql, who: Sleepers, now: Date, most: number): Promise<number> {
  const woken = await sql`
    with due as (
      select workspace_id, id from conversations
      where state = 'snoozed' and snoozed_until <= ${now} and ${belongs(sql, who)}
      order by snoozed_until limit ${most} for update skip locked
    ), woken as (
      update conversations
      set state = 'open', snoozed_until = null, updated_at = ${now},
        count_conversation_parts = count_conversation_parts + (first_contact_reply_at is not null)::int
      from due where conversations.workspace_id = due.workspace_id and conversations.id = due.id
      returning conversations.workspace_id, conversations.id
    ), parts as (
      insert into conversation_parts
        (workspace_id, conversation_id, part_type, author_type, author_id, state, notified_at, created_at, updated_at)
      select workspace_id, id, 'timer_unsnooze', 'bot',
        ${botOf(sql, sql`woken.workspace_id`)},
        'open', ${now}, ${now}, ${now}
      from woken
      returning workspace_id, conversation_id, id
    )
    ${conversationEvents.insertFrom(
      sql,
      'conversation.admin.unsnoozed',
      sql`
      select workspace_id, conversation_id as object_id, jsonb_build_object('part_id', id::text) as details,
        'bot' as actor_type, null as actor_id, ${now}::timestamptz as created_at
      from parts`,
    )}`
  return woken.count
}

export const findTeam = (workspace: Workspace, id: string) =>
  one(workspace.sql<{ id: string }[]>`
    select id from teams where workspace_id = ${workspace.id} and id = ${rowId(id)}`)
