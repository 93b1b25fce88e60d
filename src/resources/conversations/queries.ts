// Conversations, and the SQL that changes them.
import type { EmailMessageMetadata } from '#channels/email/inbound/meaning.ts'
import { type Fragment, one, rowId } from '#db/sql.ts'
import type { Attachment } from '#resources/attachments/schema.ts'
import type { Calendar } from '#resources/office-hours/calendar.ts'
import { defaultCalendar } from '#resources/office-hours/fragments.ts'
import type { AppliedSla } from '#resources/slas/progress.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import type { AiAgent } from './ai-agent-queries.ts'

export type ConversationRow = {
  id: string
  /** The message that started it. */
  source_id: string
  source_type: 'conversation' | 'email' | 'phone_switch' | 'sms' | 'whatsapp'
  delivered_as: 'customer_initiated' | 'admin_initiated'
  subject: string
  body: string | null
  author_type: 'admin' | 'user' | 'lead'
  author_id: string
  url: string | null
  attachments: Attachment[]
  /** Subject, addresses, Message-ID and history of the email that started it. */
  email_message_metadata: EmailMessageMetadata | null
  redacted: boolean
  state: 'open' | 'closed' | 'snoozed'
  read: boolean
  priority: 'none' | 'low' | 'medium' | 'high' | 'urgent'
  title: string | null
  /** Since when a contact waits for an answer, if one does. */
  waiting_since: Date | null
  snoozed_until: Date | null
  admin_assignee_id: string | null
  team_assignee_id: string | null
  /** Since when it waits in its team for a member who is present and has room. */
  awaits_assignee_since: Date | null
  teammate_ids: string[]
  /** By the ids of attributes. */
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
  /** In seconds, in office hours, from the contact's first message. */
  time_to_admin_reply: number | null
  time_to_first_close: number | null
  time_to_last_close: number | null
  /** In seconds, from the contact's first message to the last assignment before an admin replied. */
  time_to_assignment: number | null
  /** From the last assignment to the close that followed, without the time in which it was snoozed; null until then. */
  adjusted_handling_time: number | null
  snoozed_since: Date | null
  /** Since its last assignment, without a snooze that lasts. */
  snoozed_seconds: number
  team_assigned_at: Date | null
  team_response_times: TeamResponseTime[]
  sla: AppliedSla | null
  /** When its next target is missed. */
  sla_due_at: Date | null
  sla_paused: boolean
  /** The workspace's office hours; only of a row that was read with `withCalendar`. */
  calendar?: Calendar | null
  /** The company that it is about; it may be archived. */
  company_id: string | null
  /** The conversation that this one was merged into. */
  merged_into: string | null
  /** The conversation from which teammates began this one with other people. */
  side_of: string | null
  /** A conversation that has a type is a ticket; the other ticket columns are null without it. */
  ticket_type_id: string | null
  ticket_state_id: string | null
  previous_ticket_state_id: string | null
  /** Counted for each workspace, and shown to people. */
  ticket_number: string | null
  /** By the ids of attributes. */
  ticket_attributes: Record<string, unknown> | null
  /** Whether the contacts see the ticket. */
  is_shared: boolean | null
  /** The custom channel on which it started; null: another channel. */
  custom_channel_id: string | null
  /** What the assistant did in it; null: nothing. */
  ai_agent: AiAgent | null
  created_at: Date
  updated_at: Date
}

export type TicketRow = ConversationRow & {
  ticket_type_id: string
  ticket_state_id: string
  ticket_attributes: Record<string, unknown>
  is_shared: boolean
}

export const isTicket = <Row extends Pick<ConversationRow, 'ticket_type_id'>>(row: Row): row is Row & TicketRow =>
  row.ticket_type_id !== null

/** How long a team took for its first reply, in seconds. */
export type TeamResponseTime = { team_id: string; response_time: number; in_office_hours: number }

/** A recipient of an email. `drop_reason`: why it was not delivered. */
export type Recipient = { type: 'to' | 'cc' | 'bcc'; email: string; drop_reason: string | null }

export const findConversation = (workspace: Workspace, id: string) =>
  one(workspace.sql<ConversationRow[]>`
    select * from conversations where workspace_id = ${workspace.id} and id = ${rowId(id)} and side_of is null`)

/** The columns of a conversation that is going to change: statistics leave out the time out of office hours. */
export const withCalendar = (workspace: Workspace): Fragment =>
  workspace.sql`conversations.*, ${defaultCalendar(workspace)} as calendar`

/** Locks the conversation until the transaction ends, so that the second of two concurrent changes sees the first. */
export const lockConversation = (workspace: Workspace, id: string) =>
  one(workspace.sql<ConversationRow[]>`
    select ${withCalendar(workspace)} from conversations
    where workspace_id = ${workspace.id} and id = ${rowId(id)} and side_of is null for update of conversations`)

/** The same, also of a side conversation: for what its participants write. */
export const lockAnyConversation = (workspace: Workspace, id: string) =>
  one(workspace.sql<ConversationRow[]>`
    select ${withCalendar(workspace)} from conversations
    where workspace_id = ${workspace.id} and id = ${rowId(id)} for update of conversations`)

export const findNewestPartId = async (workspace: Workspace, conversation_id: string) =>
  (
    await one(workspace.sql<{ id: string }[]>`
      select id from conversation_parts
      where workspace_id = ${workspace.id} and conversation_id = ${conversation_id}
      order by created_at desc, id desc limit 1`)
  )?.id

/** What an action changes in a conversation. */
export type ConversationPatch = Partial<
  Omit<
    ConversationRow,
    'id' | 'custom_attributes' | 'ticket_attributes' | 'attachments' | 'email_message_metadata' | 'calendar'
  >
>

export const updateConversationRow = (workspace: Workspace, id: string, patch: ConversationPatch) => workspace.sql`
  update conversations set ${workspace.sql({ ...patch, updated_at: workspace.now() })}
  where workspace_id = ${workspace.id} and id = ${id}`

export const setCustomAttributes = (workspace: Workspace, id: string, attributes: Record<string, unknown>) =>
  workspace.sql`
    update conversations set custom_attributes = ${JSON.stringify(attributes)}::text::jsonb
    where workspace_id = ${workspace.id} and id = ${id}`

/** `attributes`: all values of the ticket, by attribute id. */
export const setTicketAttributes = (workspace: Workspace, id: string, attributes: Record<string, unknown>) =>
  workspace.sql`
    update conversations set ticket_attributes = ${JSON.stringify(attributes)}::text::jsonb
    where workspace_id = ${workspace.id} and id = ${id}`
