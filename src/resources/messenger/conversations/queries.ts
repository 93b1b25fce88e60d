// A contact's conversations as a messenger shows them: what the contact and the team wrote to each other, without the
// team's notes and actions. A message without an answer is also a conversation for the contact.
import { beyond, cursorValue, inOrder, type Order, type Page, type PageResult, pageResult } from '#db/page.ts'
import { type Fragment, one, rowId, type Sql } from '#db/sql.ts'
import { reserves } from '#delivery/content.ts'
import { isShown } from '#delivery/in-app.ts'
import type { Attachment } from '#resources/attachments/schema.ts'
import { MAX_PARTS } from '#resources/conversations/parts/queries.ts'
import { currentValues } from '#resources/ticket-types/attributes/fragments.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import type { TicketColumns } from '../tickets/schema.ts'

/** What an author wrote: the first message of a conversation, or a part. */
export type ContentRow = {
  author_type: 'admin' | 'bot' | 'user' | 'lead'
  author_id: string
  author_name: string | null
  author_avatar_url: string | null
  /** HTML that is safe to show. */
  body: string | null
  attachments: Attachment[]
  created_at: Date
}

/** A conversation with its first message. */
export type ConversationRow = ContentRow &
  TicketColumns & {
    id: string
    /** Id of the first message. */
    source_id: string
    state: 'open' | 'closed' | 'snoozed'
    title: string | null
    /** When the contact or the team last wrote to the other. */
    last_message_at: Date
    /** In-app messages in it that the contact has not read. */
    unread_count: number
    /** False for a message without an answer: the team has no conversation yet. */
    has_started: boolean
  }

export type PartRow = ContentRow & {
  id: string
  conversation_id: string
  part_type: string
  /** Safe HTML that was cut from an email: what it quoted, its signature. */
  trimmed: string | null
  metadata: { quick_reply_options?: { text: string; uuid: string }[]; quick_reply_uuid?: string }
}

const author = ({ sql, id }: Workspace, content: Fragment) => sql`
  left join admins on admins.workspace_id = ${id}
    and admins.id = (case when ${content}.author_type in ('admin', 'bot') then ${content}.author_id end)::bigint
  left join contacts on contacts.workspace_id = ${id} and ${content}.author_type in ('user', 'lead')
    and contacts.id = ${content}.author_id`

const authored = ({ sql }: Workspace) => sql`
  coalesce(admins.name, contacts.name) as author_name,
  coalesce(admins.avatar_url, contacts.avatar_url) as author_avatar_url`

/** A shared ticket, or a conversation that started in a messenger, or into which one that did was merged. */
const isInMessenger = (sql: Sql, workspace_id: string): Fragment => sql`
  case when ticket_type_id is not null then is_shared else
    source_type in ('conversation', 'phone_switch') or exists (
      select from conversations merged
      where merged.workspace_id = ${workspace_id} and merged.merged_into = conversations.id
        and merged.source_type in ('conversation', 'phone_switch')) end`

/** The contact's in-app conversations, and messages that become one with the first answer. */
const all = ({ sql, id }: Workspace, contact_id: string): Fragment => sql`
  select conversations.id, source_id, state, title, author_type, author_id, body, attachments,
    conversations.created_at, true as has_started, ticket_type_id, ticket_state_id, ticket_number, ticket_attributes,
    greatest(conversations.created_at, last_contact_reply_at, last_admin_reply_at) as last_message_at
  from conversation_contacts taking_part
  join conversations on conversations.workspace_id = ${id} and conversations.id = conversation_id
  where taking_part.workspace_id = ${id} and contact_id = ${contact_id} and ${isInMessenger(sql, id)}
  union all
  select deliveries.conversation_id, messages.id, 'open', null, author_type, author_id, body, attachments,
    messages.created_at, false, null, null, null, null, messages.created_at
  from deliveries join messages on messages.workspace_id = ${id} and messages.id = message_id
  where deliveries.workspace_id = ${id} and contact_id = ${contact_id} and channel = 'inapp' and ${reserves(sql)}
    and deliveries.status in ('sent', 'delivered', 'read') and not exists (
      select from conversations where workspace_id = ${id} and conversations.id = deliveries.conversation_id)`

const shown = (workspace: Workspace, contact_id: string): Fragment => {
  const { sql, id } = workspace
  return sql`
    shown.*, ${authored(workspace)}, ${currentValues(workspace, sql`shown.ticket_attributes`)} as ticket_attributes,
    (select count(*) from deliveries
      where workspace_id = ${id} and contact_id = ${contact_id} and conversation_id = shown.id
        and ${unread(workspace)})::int as unread_count`
}

const unread = ({ sql }: Workspace): Fragment =>
  sql`deliveries.channel = 'inapp' and deliveries.status in ('sent', 'delivered') and ${isShown(sql)}`

export async function pageOfConversations(
  workspace: Workspace,
  contact_id: string,
  page: Page,
): Promise<PageResult<ConversationRow & { cursor_value: string }>> {
  const { sql } = workspace
  const order: Order = { by: sql`last_message_at`, type: 'timestamptz', direction: 'desc' }
  const rows = await sql<(ConversationRow & { cursor_value: string })[]>`
    select ${shown(workspace, contact_id)} from (
      select *, ${cursorValue(workspace, order)} from (${all(workspace, contact_id)}) every
      where ${beyond(workspace, order, page)} ${inOrder(workspace, order, page)}
    ) shown ${author(workspace, sql`shown`)}
    order by last_message_at desc, shown.id desc`
  return pageResult(rows, page, async () => {
    const [counted] = await sql<{ count: number }[]>`
      select count(*)::int from (${all(workspace, contact_id)}) every`
    return counted!.count
  })
}

export const findConversation = (workspace: Workspace, contact_id: string, id: string) =>
  one(workspace.sql<ConversationRow[]>`
    select ${shown(workspace, contact_id)} from (
      select * from (${all(workspace, contact_id)}) every where id = ${rowId(id)}
    ) shown ${author(workspace, workspace.sql`shown`)}`)

export const countUnread = async (workspace: Workspace, contact_id: string): Promise<number> => {
  const [counted] = await workspace.sql<{ count: number }[]>`
    select count(*)::int from deliveries
    where workspace_id = ${workspace.id} and contact_id = ${contact_id} and ${unread(workspace)}`
  return counted!.count
}

/** Types of parts that can have content for the contact. Notes and actions without content are not shown. */
const VISIBLE_TYPES = [
  'comment',
  'quick_reply',
  'attribute_collector',
  'open',
  'close',
  'assignment',
  'assign_and_reopen',
  'assign_and_unsnooze',
  'ticket_state_updated_by_admin',
]

/** A change of a ticket has a notice for the contact instead of a body. */
const shownBody = ({ sql }: Workspace): Fragment => sql`coalesce(body, ticket_change ->> 'notice')`

const isVisible = (workspace: Workspace): Fragment => workspace.sql`
  part_type = any(${VISIBLE_TYPES}) and not redacted
  and (coalesce(${shownBody(workspace)}, '') <> '' or attachments <> '[]' or part_type = 'quick_reply')`

const partColumns = (workspace: Workspace): Fragment => workspace.sql`
  parts.id, conversation_id, part_type, ${shownBody(workspace)} as body, metadata, attachments, author_type, author_id, parts.created_at,
  email_message_metadata->>'history' as trimmed, ${authored(workspace)}`

/** Returns the newest 500 parts that the contact may see, oldest first. `total_count` counts all of them. */
export const listVisibleParts = (workspace: Workspace, conversation_id: string) => {
  const { sql, id } = workspace
  return sql<(PartRow & { total_count: number })[]>`
    select ${partColumns(workspace)}, total_count from (
      select *, (count(*) over ())::int as total_count from conversation_parts
      where workspace_id = ${id} and conversation_id = ${conversation_id} and ${isVisible(workspace)}
      order by created_at desc, id desc limit ${MAX_PARTS}
    ) parts ${author(workspace, sql`parts`)}
    order by parts.created_at, parts.id`
}

/** Returns the newest visible part of each of these conversations. */
export const listLastVisibleParts = (workspace: Workspace, conversation_ids: string[]) => {
  const { sql, id } = workspace
  return sql<PartRow[]>`
    select ${partColumns(workspace)}
    from unnest(${conversation_ids}::bigint[]) as given (conversation)
    cross join lateral (
      select * from conversation_parts
      where workspace_id = ${id} and conversation_id = conversation and ${isVisible(workspace)}
      order by created_at desc, id desc limit 1
    ) parts ${author(workspace, sql`parts`)}`
}

/** Returns the text of a quick reply option that the team offered in this conversation. */
export const findQuickReply = async (workspace: Workspace, conversation_id: string, uuid: string) =>
  (
    await one(workspace.sql<{ text: string }[]>`
      select option ->> 'text' as text from conversation_parts
      cross join jsonb_array_elements(metadata -> 'quick_reply_options') option
      where workspace_id = ${workspace.id} and conversation_id = ${conversation_id} and part_type = 'quick_reply'
        and option ->> 'uuid' = ${uuid}
      order by conversation_parts.id desc limit 1`)
  )?.text

/** The contact's deliveries that are unread and available to messengers; in one conversation, or in all (null). */
export const available = ({ sql }: Workspace, contact_id: string, conversation_id: string | null): Fragment => sql`
  contact_id = ${contact_id} and status in ('sent', 'delivered') and not conversation_deleted
  and (conversation_id = ${conversation_id} or ${conversation_id === null})`
