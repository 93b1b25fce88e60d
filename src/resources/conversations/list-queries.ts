// Conversations with all that is shown of them besides their parts, in one query for a whole page.
import type { Static } from 'typebox'
import type { Order, Page, PageResult } from '#db/page.ts'
import { type Fragment, one, rowId } from '#db/sql.ts'
import { currentAttachments } from '#resources/attachments/queries.ts'
import type { ListedCompanyRow } from '#resources/companies/queries.ts'
import { valuesByName } from '#resources/conversation-attributes/fragments.ts'
import { referencesOf } from '#resources/custom-object-instances/references/fragments.ts'
import { appliedTagsOf } from '#resources/tags/fragments.ts'
import type { AppliedTag } from '#resources/tags/schema.ts'
import { currentValues } from '#resources/ticket-types/attributes/fragments.ts'
import { ALL, findPage, type Listed, type Wanted } from '#search/find.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { isNoTicket } from './fragments.ts'
import type { Linked } from './linked-objects.ts'
import type { ConversationRow, Recipient, TicketRow } from './queries.ts'
import { shownRating } from './ratings/fragments.ts'
import type { ShownRating } from './ratings/schema.ts'
import { withCompanies } from './with-companies.ts'

/** A conversation with all that is shown of it besides its parts. Times within are Unix seconds. */
export type ShownRow = ConversationRow & {
  /** By the names of attributes; files are attachments. */
  custom_attributes: Record<string, unknown>
  /** Lists of the custom objects that a ticket refers to, by the names of its attributes. */
  ticket_references: Record<string, unknown>
  author: { name: string | null; email: string | null } | null
  contacts: { id: string; external_id: string | null }[]
  tags: Static<typeof AppliedTag>[]
  mailed_to: Recipient[]
  rating: ShownRating | null
  /** By id, of the teams in `team_response_times`. */
  team_names: Record<string, string>
  company: ListedCompanyRow | null
  /** The first 1,000 conversations and tickets that it is linked to, by id. */
  linked: Linked[]
  linked_count: number
}

/** Intercom shows the same number. */
const MAX_LINKED = 1_000

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

/** Returns a page of the tickets that are wanted. */
export async function pageOfTickets(
  workspace: Workspace,
  page: Page,
  order: Order,
  wanted: Wanted,
): Promise<PageResult<ShownRow & TicketRow>> {
  const result = await findPage<WithoutCompany & TicketRow>(workspace, listedTickets, { page, order, wanted })
  return { ...result, rows: await withCompanies(workspace, result.rows) }
}

/** All that a list shows of a conversation, in the one query of the list. */
const shown = (workspace: Workspace): Fragment => {
  const { sql, id } = workspace
  return sql`
  conversations.*,
  ${currentAttachments(workspace, sql`conversations.attachments`)},
  ${valuesByName(workspace, sql`conversations.custom_attributes`)}
    || ${referencesOf(workspace, 'conversation', sql`conversations.id::text`)} as custom_attributes,
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
  ${currentValues(workspace, sql`conversations.ticket_attributes`)} as ticket_attributes,
  case when ticket_type_id is null then '{}'
    else ${referencesOf(workspace, 'ticket', sql`conversations.id::text`)} end as ticket_references,
  (
    select coalesce(json_agg(json_build_object('id', found.id::text, 'category', category) order by found.id), '[]') from (
      select others.id, types.category
      from conversations others
      left join ticket_types types on types.workspace_id = ${id} and types.id = others.ticket_type_id
      where others.workspace_id = ${id} and others.id in (${linkedIds(workspace)})
      order by others.id limit ${MAX_LINKED}
    ) found
  ) as linked,
  (select count(*)::int from (${linkedIds(workspace)}) linked_ids) as linked_count`
}

/** Those that were merged with it, or into which it was merged; its tickets; and what the ticket is about. */
const linkedIds = ({ sql, id }: Workspace): Fragment => sql`
  select conversations.merged_into where conversations.merged_into is not null
  union all
  select merged.id from conversations merged
  where merged.workspace_id = ${id} and merged.merged_into = conversations.id
  union all
  select ticket_id from ticket_links where workspace_id = ${id} and linked_id = conversations.id
  union all
  select linked_id from ticket_links where workspace_id = ${id} and ticket_id = conversations.id`

const listedConversations: Listed = {
  table: 'conversations',
  tables: { noun: 'conversation', values: 'conversation_values', texts: 'conversation_texts', id: 'bigint' },
  rows: ({ sql, id }) => sql`from conversations where workspace_id = ${id} and ${isNoTicket(sql)}`,
  columns: shown,
}

const listedTickets: Listed = {
  table: 'conversations',
  tables: { noun: 'ticket', values: 'ticket_values', texts: 'ticket_texts', id: 'bigint' },
  rows: ({ sql, id }) => sql`from conversations where workspace_id = ${id} and ticket_type_id is not null`,
  columns: shown,
}
