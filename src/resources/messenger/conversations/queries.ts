// A contact's conversations as a messenger shows them: what was said between the contact and the team, and nothing of what
// the team said or did among itself. Messages that nobody has answered yet are conversations to the contact.
import { beyond, cursorValue, inOrder, type Order, type Page, type PageResult, pageResult } from '#db/page.ts'
import { type Fragment, one, rowId } from '#db/sql.ts'
import type { Attachment } from '#resources/attachments/schema.ts'
import { MOST_PARTS } from '#resources/conversations/parts/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'

/** Something said, with who said it. */
export type SaidRow = {
  author_type: 'admin' | 'bot' | 'user' | 'lead'
  author_id: string
  author_name: string | null
  author_avatar_url: string | null
  /** HTML that is safe to show. */
  body: string | null
  attachments: Attachment[]
  created_at: Date
}

/** A conversation with what it began with. */
export type ConversationRow = SaidRow & {
  id: string
  /** Of the message that it began with. */
  source_id: string
  state: 'open' | 'closed' | 'snoozed'
  title: string | null
  /** When the contact and the team last said something to each other. */
  last_word_at: Date
  /** In-app messages in it that the contact has not read. */
  unread_count: number
  /** Whether the team has a conversation, too: of a message that waits for an answer, it has none. */
  has_begun: boolean
}

export type PartRow = SaidRow & {
  id: string
  conversation_id: string
  part_type: string
  metadata: { quick_reply_options?: { text: string; uuid: string }[]; quick_reply_uuid?: string }
}

const author = ({ sql, id }: Workspace, said: Fragment) => sql`
  left join admins on admins.workspace_id = ${id}
    and admins.id = (case when ${said}.author_type in ('admin', 'bot') then ${said}.author_id end)::bigint
  left join contacts on contacts.workspace_id = ${id} and ${said}.author_type in ('user', 'lead')
    and contacts.id = ${said}.author_id`

const authored = ({ sql }: Workspace) => sql`
  coalesce(admins.name, contacts.name) as author_name,
  coalesce(admins.avatar_url, contacts.avatar_url) as author_avatar_url`

/** The contact's in-app conversations, those that are to come included. */
const all = ({ sql, id }: Workspace, contact_id: string): Fragment => sql`
  select conversations.id, source_id, state, title, author_type, author_id, body, attachments,
    conversations.created_at, true as has_begun,
    greatest(conversations.created_at, last_contact_reply_at, last_admin_reply_at) as last_word_at
  from conversation_contacts taking_part
  join conversations on conversations.workspace_id = ${id} and conversations.id = conversation_id
  where taking_part.workspace_id = ${id} and contact_id = ${contact_id} and source_type = 'conversation'
  union all
  select deliveries.conversation_id, messages.id, 'open', null, author_type, author_id, body, attachments,
    messages.created_at, false, messages.created_at
  from deliveries join messages on messages.workspace_id = ${id} and messages.id = message_id
  where deliveries.workspace_id = ${id} and contact_id = ${contact_id} and channel = 'inapp' and part_id is null
    and deliveries.status in ('sent', 'delivered', 'read') and not exists (
      select from conversations where workspace_id = ${id} and conversations.id = deliveries.conversation_id)`

const shown = (workspace: Workspace, contact_id: string): Fragment => {
  const { sql, id } = workspace
  return sql`
    shown.*, ${authored(workspace)},
    (select count(*) from deliveries
      where workspace_id = ${id} and contact_id = ${contact_id} and conversation_id = shown.id
        and ${unread(workspace)})::int as unread_count`
}

const unread = ({ sql }: Workspace): Fragment =>
  sql`deliveries.channel = 'inapp' and deliveries.status in ('sent', 'delivered')`

export async function pageOfShown(
  workspace: Workspace,
  contact_id: string,
  page: Page,
): Promise<PageResult<ConversationRow & { cursor_value: string }>> {
  const { sql } = workspace
  const order: Order = { by: sql`last_word_at`, type: 'timestamptz', direction: 'desc' }
  const rows = await sql<(ConversationRow & { cursor_value: string })[]>`
    select ${shown(workspace, contact_id)} from (
      select *, ${cursorValue(workspace, order)} from (${all(workspace, contact_id)}) every
      where ${beyond(workspace, order, page)} ${inOrder(workspace, order, page)}
    ) shown ${author(workspace, sql`shown`)}
    order by last_word_at desc, shown.id desc`
  return pageResult(rows, page, async () => {
    const [counted] = await sql<{ count: number }[]>`
      select count(*)::int from (${all(workspace, contact_id)}) every`
    return counted!.count
  })
}

export const findShown = (workspace: Workspace, contact_id: string, id: string) =>
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

/** Kinds of parts that can hold words to the contact; of notes and of what was merely done nothing is shown. */
const SPOKEN = ['comment', 'quick_reply', 'open', 'close', 'assignment', 'assign_and_reopen', 'assign_and_unsnooze']

const isSpoken = ({ sql }: Workspace): Fragment => sql`
  part_type = any(${SPOKEN}) and not redacted
  and (coalesce(body, '') <> '' or attachments <> '[]' or part_type = 'quick_reply')`

const partColumns = (workspace: Workspace): Fragment => workspace.sql`
  parts.id, conversation_id, part_type, body, metadata, attachments, author_type, author_id, parts.created_at,
  ${authored(workspace)}`

/** The newest 500 that the contact may see, oldest first, each with how many there are in all. */
export const listSpoken = (workspace: Workspace, conversation_id: string) => {
  const { sql, id } = workspace
  return sql<(PartRow & { total_count: number })[]>`
    select ${partColumns(workspace)}, total_count from (
      select *, (count(*) over ())::int as total_count from conversation_parts
      where workspace_id = ${id} and conversation_id = ${conversation_id} and ${isSpoken(workspace)}
      order by created_at desc, id desc limit ${MOST_PARTS}
    ) parts ${author(workspace, sql`parts`)}
    order by parts.created_at, parts.id`
}

/** The newest part of each of these conversations. */
export const listLastSpoken = (workspace: Workspace, conversation_ids: string[]) => {
  const { sql, id } = workspace
  return sql<PartRow[]>`
    select ${partColumns(workspace)}
    from unnest(${conversation_ids}::bigint[]) as wanted (conversation)
    cross join lateral (
      select * from conversation_parts
      where workspace_id = ${id} and conversation_id = conversation and ${isSpoken(workspace)}
      order by created_at desc, id desc limit 1
    ) parts ${author(workspace, sql`parts`)}`
}

/** What an option says that the team offered in this conversation. */
export const findQuickReply = async (workspace: Workspace, conversation_id: string, uuid: string) =>
  (
    await one(workspace.sql<{ text: string }[]>`
      select option ->> 'text' as text from conversation_parts
      cross join jsonb_array_elements(metadata -> 'quick_reply_options') option
      where workspace_id = ${workspace.id} and conversation_id = ${conversation_id} and part_type = 'quick_reply'
        and option ->> 'uuid' = ${uuid}
      order by conversation_parts.id desc limit 1`)
  )?.text

/** Of the contact's deliveries, those that have come as far as a messenger; in one conversation, or in all. */
export const available = ({ sql }: Workspace, contact_id: string, conversation_id: string | null): Fragment => sql`
  contact_id = ${contact_id} and status in ('sent', 'delivered')
  and (conversation_id = ${conversation_id} or ${conversation_id === null})`
