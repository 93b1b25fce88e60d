// Conversations with all that is shown of them besides their parts, in one query for a whole page.
import type { Static } from 'typebox'
import type { Order, Page, PageResult } from '#db/page.ts'
import { type Fragment, one, rowId } from '#db/sql.ts'
import { currentAttachments } from '#resources/attachments/queries.ts'
import type { ListedCompanyRow } from '#resources/companies/queries.ts'
import { valuesByName } from '#resources/conversation-attributes/fragments.ts'
import { appliedTagsOf } from '#resources/tags/fragments.ts'
import type { AppliedTag } from '#resources/tags/schema.ts'
import { ALL, findPage, type Listed, type Wanted } from '#search/find.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import type { ConversationRow, Recipient } from './queries.ts'
import { shownRating } from './ratings/fragments.ts'
import type { ShownRating } from './ratings/schema.ts'
import { withCompanies } from './with-companies.ts'

/** A conversation with all that is shown of it besides its parts. Times within are Unix seconds. */
export type ShownRow = ConversationRow & {
  /** By the names of attributes; files are attachments. */
  custom_attributes: Record<string, unknown>
  author: { name: string | null; email: string | null } | null
  contacts: { id: string; external_id: string | null }[]
  tags: Static<typeof AppliedTag>[]
  mailed_to: Recipient[]
  rating: ShownRating | null
  /** By id, of the teams in `team_response_times`. */
  team_names: Record<string, string>
  company: ListedCompanyRow | null
  /** The first of those that were merged with it. */
  linked_ids: string[]
  linked_count: number
}

/** Intercom shows the same number. */
export const MAX_LINKED = 1000

type WithoutCompany = Omit<ShownRow, 'company'>

export async function showConversation(workspace: Workspace, id: string): Promise<ShownRow | undefined> {
  const rows = await workspace.sql<WithoutCompany[]>`
    select ${shown(workspace)} from conversations
    where workspace_id = ${workspace.id} and id = ${rowId(id)} and side_of is null`
  return one(withCompanies(workspace, rows))
}

/** Returns a page of the conversations, by default of all of them. */
export async function pageOfConversations(
  workspace: Workspace,
  page: Page,
  order: Order,
  wanted: Wanted = ALL,
): Promise<PageResult<ShownRow>> {
  const result = await findPage<WithoutCompany>(workspace, listedConversations, { page, order, wanted })
  return { ...result, rows: await withCompanies(workspace, result.rows) }
}

/** All that a list shows of a conversation, in the one query of the list. */
const shown = (workspace: Workspace): Fragment => {
  const { sql, id } = workspace
  return sql`
  conversations.*,
  ${currentAttachments(workspace, sql`conversations.attachments`)},
  ${valuesByName(workspace, sql`conversations.custom_attributes`)} as custom_attributes,
  case author_type
    when 'admin' then (
      select json_build_object('name', name, 'email', email) from admins
      where workspace_id = ${id} and admins.id = author_id::bigint)
    else (
      select json_build_object('name', name, 'email', email) from contacts
      where workspace_id = ${id} and contacts.id = author_id)
  end as author,
  (
    select coalesce(json_agg(json_build_object('id', contacts.id, 'external_id', external_id)
      order by joined_at, contacts.id), '[]')
    from conversation_contacts taking_part join contacts on contacts.workspace_id = ${id} and contacts.id = contact_id
    where taking_part.workspace_id = ${id} and conversation_id = conversations.id
  ) as contacts,
  ${appliedTagsOf(workspace, 'conversation', sql`conversations.id::text`)} as tags,
  case when source_type <> 'email' then '[]' when delivered_as = 'customer_initiated' then recipients::json else (
    select coalesce(json_agg(json_build_object('type', recipient_type, 'email', address,
      'drop_reason', case when status = 'failed' then coalesce(error_code, 'failed') end) order by deliveries.id), '[]')
    from deliveries
    where deliveries.workspace_id = ${id} and message_id = source_id and part_id is null
      and (recipient_type <> 'bcc' or conversation_id = conversations.id)
  ) end as mailed_to,
  ${shownRating(workspace)} as rating,
  case when team_response_times = '[]' then '{}'::json else (
    select coalesce(json_object_agg(teams.id, teams.name), '{}') from teams
    where teams.workspace_id = ${id} and teams.id in (
      select (response->>'team_id')::bigint from jsonb_array_elements(team_response_times) response)
  ) end as team_names,
  case when conversations.merged_into is not null then 1 else (
    select count(*)::int from conversations merged
    where merged.workspace_id = ${id} and merged.merged_into = conversations.id) end as linked_count,
  case when conversations.merged_into is not null then array[conversations.merged_into] else array(
    select id from conversations merged
    where merged.workspace_id = ${id} and merged.merged_into = conversations.id order by id limit ${MAX_LINKED}
  ) end as linked_ids`
}

const listedConversations: Listed = {
  table: 'conversations',
  tables: { noun: 'conversation', values: 'conversation_values', texts: 'conversation_texts', id: 'bigint' },
  rows: ({ sql, id }) => sql`from conversations where workspace_id = ${id} and side_of is null`,
  columns: shown,
}
