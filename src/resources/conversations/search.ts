// The search fields of conversations.
import type { Fragment } from '#db/sql.ts'
import { searchDefinitions } from '#resources/conversation-attributes/values.ts'
import { hasTag, taggedSource } from '#resources/tags/fragments.ts'
import {
  ATTRIBUTE,
  type AttributeDefinition,
  attributeFields,
  definitionsNamed,
  withChoices,
} from '#search/attributes.ts'
import { searchPage } from '#search/page.ts'
import { fieldsOf, type Query, readQuery } from '#search/query.ts'
import type { Indexed } from '#search/sources.ts'
import { type Column, type Field, type Searchable, where } from '#search/where.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { pageOfConversations } from './list-queries.ts'
import { ofRating } from './ratings/fragments.ts'
import { TIMES } from './state/statistics.ts'

export const CONVERSATIONS_PAGE = { default: 20, max: 150 }

type Expression = (workspace: Workspace) => Fragment

const id = (column: Column, indexed?: Indexed): Field => ({ kind: 'id', column, ...(indexed && { indexed }) })
const text = (column: Column, indexed?: Indexed): Field => ({ kind: 'text', column, ...(indexed && { indexed }) })
const folded = (column: Column, indexed?: Indexed): Field => ({
  ...{ kind: 'text', fold: true, column },
  ...(indexed && { indexed }),
})
const time = (column: Column): Field => ({ kind: 'date', column })
const number = (column: Column): Field => ({ kind: 'number', column })

const valued = (name: string): Indexed => ({ by: 'values', name: `.${name}` })

/** Documented fields that are never set here. */
const NEVER = { text: text(({ sql }) => sql`null::text`) }
const neverNumber = number(({ sql }) => sql`null::integer`)

const ofAiAgent = (key: string): Field => text(({ sql }) => sql`(ai_agent ->> ${key})`)

/** A column of the author, who is an admin or a contact. */
const ofAuthor = (column: 'name' | 'email'): Field =>
  folded(
    ({ sql, id }) => sql`case author_type
      when 'admin' then (
        select ${sql(column)} from admins where admins.workspace_id = ${id} and admins.id = author_id::bigint)
      else (select ${sql(column)} from contacts where contacts.workspace_id = ${id} and contacts.id = author_id)
    end`,
  )

/** No assignee is 0. Older versions search for null, which becomes 0. */
export const assignee = (column: string): Field => ({
  kind: 'number',
  column: ({ sql }) => sql`coalesce(${sql(column)}, 0)`,
  indexed: valued(column),
})
export const ASSIGNEES = ['admin_assignee_id', 'team_assignee_id']

const textsOf = (column: string): Indexed => ({ by: 'texts', column, trigrams: true })

export const contactIds: Field = {
  kind: 'set',
  source: ({ sql, id }, ids, { tables }) =>
    ids.length === 1
      ? {
          ids: sql`
            select conversation_id as id from conversation_contacts
            where workspace_id = ${id} and contact_id = ${ids[0]!} and exists (
              select from ${sql(tables.texts)} live where live.workspace_id = ${id} and live.id = conversation_id)`,
          ...{ exact: true, ordered: true },
        }
      : undefined,
  has: ({ sql, id }, ids) => sql`conversations.id in (
    select conversation_id from conversation_contacts
    where conversation_contacts.workspace_id = ${id} and ${ids ? sql`contact_id = any(${ids})` : sql`true`})`,
}

export const teammateIds: Field = {
  kind: 'set',
  of: 'bigint',
  has: ({ sql }, ids) => (ids ? sql`teammate_ids && ${ids}::bigint[]` : sql`teammate_ids <> '{}'`),
}

export const tagIds: Field = {
  kind: 'set',
  of: 'bigint',
  has: (workspace, ids) => hasTag(workspace, 'conversation', workspace.sql`conversations.id::text`, ids),
  source: (workspace, ids, { tables }) => taggedSource(workspace, 'conversation', ids, tables),
}

const median: Expression = ({ sql }) => sql`(
  select floor(percentile_cont(0.5) within group (order by seconds) + 0.5) from unnest(reply_times) seconds)`

/** Of the rating that the conversation shows. */
const ofShownRating =
  (column: string): Expression =>
  (workspace) =>
    ofRating(workspace, workspace.sql`${workspace.sql(column)}`)

const NUMBERS = [
  ...['time_to_assignment', 'time_to_admin_reply', 'time_to_first_close', 'time_to_last_close'],
  ...['count_reopens', 'count_assignments', 'count_conversation_parts'],
]

const STATISTICS: Record<string, Field> = {
  median_time_to_reply: number(median),
  last_closed_by_id: id('last_closed_by_id', valued('last_closed_by_id')),
  ...Object.fromEntries(TIMES.map((column) => [column, time(column)])),
  ...Object.fromEntries(NUMBERS.map((column) => [column, number(column)])),
}

const SOURCE: Record<string, Field> = {
  type: text('source_type'),
  id: id('source_id', valued('source_id')),
  delivered_as: text('delivered_as'),
  subject: folded('subject', textsOf('subject')),
  body: { kind: 'word', column: 'body', indexed: { by: 'words' } },
  url: text('url', { by: 'values', name: '.url', cut: true }),
  'author.id': text('author_id', valued('author_id')),
  'author.type': text('author_type'),
  'author.name': ofAuthor('name'),
  'author.email': ofAuthor('email'),
}

const under = (prefix: string, fields: Record<string, Field>): Record<string, Field> =>
  Object.fromEntries(Object.entries(fields).map(([name, field]) => [`${prefix}.${name}`, field]))

const FIELDS: Record<string, Field> = {
  id: { kind: 'id', required: true, ordered: true, indexed: { by: 'own' } },
  created_at: { kind: 'date', required: true, indexed: { by: 'own' } },
  updated_at: { kind: 'date', required: true, indexed: { by: 'own' } },
  title: folded('title', textsOf('title')),
  state: text('state', valued('state')),
  open: { kind: 'boolean', column: ({ sql }) => sql`(state <> 'closed')` },
  read: { kind: 'boolean' },
  priority: text('priority', valued('priority')),
  waiting_since: time('waiting_since'),
  snoozed_until: time('snoozed_until'),
  channel_initiated: text(({ sql }) => sql`replace(source_type, 'conversation', 'messenger')`),
  contact_ids: contactIds,
  teammate_ids: teammateIds,
  tag_ids: tagIds,
  ...Object.fromEntries(ASSIGNEES.map((column) => [column, assignee(column)])),
  ...under('source', SOURCE),
  ...under('statistics', STATISTICS),
  ...under('conversation_rating', {
    requested_at: time(ofShownRating('requested_at')),
    replied_at: time(ofShownRating('replied_at')),
    score: number(ofShownRating('rating')),
    remark: text(ofShownRating('remark')),
    contact_id: text(ofShownRating('contact_id')),
    admin_id: id(ofShownRating('teammate_id')),
    // Misspelled in Intercom's documentation.
    admin_d: id(ofShownRating('teammate_id')),
  }),
  ai_agent_participated: { kind: 'boolean', column: ({ sql }) => sql`(ai_agent is not null)` },
  ...under('ai_agent', {
    resolution_state: ofAiAgent('resolution_state'),
    last_answer_type: ofAiAgent('last_answer_type'),
    rating: neverNumber,
    rating_remark: NEVER.text,
    source_type: ofAiAgent('source_type'),
    source_title: ofAiAgent('source_title'),
  }),
}

const searchable = (definitions: readonly AttributeDefinition[]): Searchable => ({
  fields: { ...FIELDS, ...attributeFields(ATTRIBUTE, 'custom_attributes', definitions) },
  inclusive: true,
})

/** They change with a contact or an admin. */
const UNSTABLE = ['source.author.name', 'source.author.email']

export const withoutAssignee = (query: Query): Query => {
  if ('members' in query) return { ...query, members: query.members.map(withoutAssignee) }
  return query.value === null && ASSIGNEES.includes(query.field) ? { ...query, value: 0 } : query
}

/**
 * Returns a function for the condition of a query, written as in POST /conversations/search, on a row of `conversations`.
 *
 * @throws the 400s of the search
 */
export async function conversationMatcher(workspace: Workspace, body: unknown): Promise<() => Fragment> {
  const asked = readQuery(body)
  const definitions = await definitionsNamed(fieldsOf(asked), () => searchDefinitions(workspace))
  const query = withChoices(withoutAssignee(asked), definitions)
  const noun = searchable(definitions)
  where(workspace, noun, query)
  return () => where(workspace, noun, query)
}

export const searchConversations = (workspace: Workspace, body: unknown) =>
  searchPage(
    workspace,
    {
      page_size: CONVERSATIONS_PAGE,
      newest_by: 'updated_at',
      listDefinitions: searchDefinitions,
      searchable,
      read: withoutAssignee,
      unstable: UNSTABLE,
      find: (workspace, page, order, wanted) => pageOfConversations(workspace, page, order, wanted),
    },
    body,
  )
