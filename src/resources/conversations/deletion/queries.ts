// The SQL of deleted conversations.
import { beyond, cursorValue, inOrder, type Order, type Page, type PageResult, pageResult } from '#db/page.ts'
import { rowId } from '#db/sql.ts'
import { tagIdsOf } from '#resources/tags/fragments.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { attributeValues } from '../fragments.ts'
import { participantIds } from '../participants/queries.ts'
import type { ConversationRow } from '../queries.ts'

export type DeletedRow = { id: string; metrics_retained: boolean; deleted_at: Date }

/** Columns that say what was written, by whom and where: they are never retained. */
const CONTENT = [
  ...['subject', 'body', 'url', 'attachments', 'recipients', 'title', 'custom_attributes', 'email_message_metadata'],
  'ticket_attributes',
  ...['author_id', 'first_contact_reply_url'],
]

export const wasDeleted = async ({ sql, id }: Workspace, conversation_id: string): Promise<boolean> =>
  (await sql`select from deleted_conversations where workspace_id = ${id} and id = ${rowId(conversation_id)}`).count > 0

/** Notes the deletion. Run it before the conversation is deleted. */
export const insertDeleted = (workspace: Workspace, conversation_id: string, metrics_retained: boolean) => {
  const { sql, id, now } = workspace
  return sql`
    insert into deleted_conversations (workspace_id, id, metrics_retained, metrics, merged_into, is_ticket, deleted_at)
    select ${id}, id, ${metrics_retained}, case when ${metrics_retained} then
      to_jsonb(conversations) - ${CONTENT}::text[] || jsonb_build_object(
        'contact_ids', array(${participantIds(workspace, conversation_id)}),
        'tag_ids', ${tagIdsOf(workspace, 'conversation', sql`conversations.id::text`)}) end, merged_into,
      ticket_type_id is not null, ${now()}
    from conversations where workspace_id = ${id} and id = ${conversation_id}`
}

/** The texts and attachments in a conversation that can refer to files. */
export type Contents = { body: string | null; history: string | null; file_ids: string[] }

/** A contact's message, and that of a side conversation, belong to their conversation; others may have got an admin's message. */
const ownsMessage = ({ sql }: Workspace) => sql`(author_type <> 'admin' or side_of is not null)`

const fileIds = ({ sql }: Workspace) => sql`
  array(select attached ->> 'file_id' from jsonb_array_elements(attachments) attached where attached ? 'file_id')`

/** Without the files of an admin's message, which stays. */
export const listContents = (workspace: Workspace, conversation_id: string) => {
  const { sql, id } = workspace
  return sql<Contents[]>`
    select body, email_message_metadata ->> 'history' as history, ${fileIds(workspace)} as file_ids from conversations
    where workspace_id = ${id} and id = ${conversation_id} and ${ownsMessage(workspace)}
    union all
    select body, email_message_metadata ->> 'history', ${fileIds(workspace)} from conversation_parts
    where workspace_id = ${id} and conversation_id = ${conversation_id}
      and (attachments <> '[]' or body like '%attachments.invalid%' or email_message_metadata ? 'history')
    union all
    select null, null, array(
      select file ->> 'file_id' from (${attributeValues(sql)}) given
      cross join lateral jsonb_array_elements(
        case when jsonb_typeof(given.value) = 'array' then given.value else '[]' end) file
      where file ? 'file_id')
    from conversations where workspace_id = ${id} and id = ${conversation_id}`
}

/** Its parts, participants and mails are deleted with it; calls stay, without it. */
export const deleteConversationRow = (workspace: Workspace, conversation_id: string) => workspace.sql`
  delete from conversations where workspace_id = ${workspace.id} and id = ${conversation_id}`

/** Returns its side conversations, and locks them. */
export const lockSides = ({ sql, id }: Workspace, conversation_id: string) => sql<ConversationRow[]>`
  select * from conversations where workspace_id = ${id} and side_of = ${conversation_id} order by id for update`

/** A query that returns the ids of its parts, as text. */
export const partIdsOf = ({ sql, id }: Workspace, conversation_id: string) => sql`
  select id::text from conversation_parts where workspace_id = ${id} and conversation_id = ${conversation_id}`

/** A query that returns the id as text. */
export const asText = ({ sql }: Workspace, conversation_id: string) => sql`select ${conversation_id}::text`

/** A condition on deliveries: those of the conversation's first message, and of answers in it. */
export const deliveriesIn = ({ sql }: Workspace, conversation_id: string, source_id: string) =>
  sql`message_id = ${source_id} and conversation_id = ${conversation_id}`

/** Returns a page by the time of deletion. A walk by cursors counts them once: the cursor has the total. */
export async function pageOfDeleted(
  workspace: Workspace,
  page: Page,
  direction: Order['direction'],
): Promise<PageResult<DeletedRow>> {
  const { sql, id } = workspace
  const order: Order = { by: sql`deleted_at`, type: 'timestamptz', direction }
  const rows = await sql<(DeletedRow & { cursor_value: string })[]>`
    select id, metrics_retained, deleted_at, ${cursorValue(workspace, order)} from deleted_conversations
    where workspace_id = ${id} and not is_ticket and ${beyond(workspace, order, page)} ${inOrder(workspace, order, page)}`
  const carried = page.after?.total?.of === COUNTED ? page.after.total.count : undefined
  const result = await pageResult(rows, page, async () => carried ?? countDeleted(workspace))
  const { next, total_count: count } = result
  return { ...result, next: next && { ...next, total: { count, of: COUNTED } } }
}

const COUNTED = 'deleted conversations'

async function countDeleted({ sql, id }: Workspace): Promise<number> {
  const [counted] = await sql<{ count: number }[]>`
    select count(*)::int from deleted_conversations where workspace_id = ${id} and not is_ticket`
  return counted!.count
}
