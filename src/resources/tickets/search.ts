// The search fields of tickets.
import type { Fragment } from '#db/sql.ts'
import { pageOfTickets } from '#resources/conversations/list-queries.ts'
import {
  ASSIGNEES,
  assignee,
  contactIds,
  tagIds,
  teammateIds,
  withoutAssignee,
} from '#resources/conversations/search.ts'
import type { AttributeRow } from '#resources/ticket-types/attributes/queries.ts'
import { type Category, listTicketTypes, type TicketTypeRow } from '#resources/ticket-types/queries.ts'
import { type AttributeDefinition, attributeFields } from '#search/attributes.ts'
import { searchPage } from '#search/page.ts'
import type { Query } from '#search/query.ts'
import { readList, readText } from '#search/values.ts'
import type { Field } from '#search/where.ts'
import type { Workspace } from '#workspaces/workspace.ts'

const TICKETS_PAGE = { default: 20, max: 150 }

/** Intercom's words for the categories in searches. */
const CATEGORY_WORDS: Record<Category, string> = { Customer: 'request', 'Back-office': 'task', Tracker: 'tracker' }

const defaultText =
  (name: '_default_title_' | '_default_description_') =>
  ({ sql, id }: Workspace): Fragment =>
    sql`ticket_text(${id}, ticket_type_id, ticket_attributes, ${name})`

const FIELDS: Record<string, Field> = {
  id: { kind: 'id', required: true, ordered: true, indexed: { by: 'own' } },
  created_at: { kind: 'date', required: true, indexed: { by: 'own' } },
  updated_at: { kind: 'date', required: true, indexed: { by: 'own' } },
  title: {
    ...{ kind: 'text', fold: true, column: defaultText('_default_title_') },
    indexed: { by: 'texts', column: 'title', trigrams: true },
  },
  description: { kind: 'word', column: defaultText('_default_description_'), indexed: { by: 'words' } },
  ticket_type_id: { kind: 'id', indexed: { by: 'values', name: '.ticket_type_id' } },
  contact_ids: contactIds,
  teammate_ids: teammateIds,
  tag_ids: tagIds,
  ...Object.fromEntries(ASSIGNEES.map((column) => [column, assignee(column)])),
  open: {
    ...{ kind: 'boolean', column: ({ sql }) => sql`(state <> 'closed')` },
    indexed: { by: 'values', name: '.open' },
  },
  snoozed_until: { kind: 'date' },
  category: {
    kind: 'text',
    column: ({ sql, id }) => sql`(
      select case category when 'Customer' then 'request' when 'Back-office' then 'task' else 'tracker' end
      from ticket_types types where types.workspace_id = ${id} and types.id = ticket_type_id)`,
  },
  state: {
    kind: 'text',
    column: ({ sql, id }) => sql`(
      select category from ticket_states states where states.workspace_id = ${id} and states.id = ticket_state_id)`,
  },
}

/** Comparisons of `category` and `state` are compiled as comparisons of these, which have an index. */
const IDS: Record<string, Field> = {
  'category.ids': { kind: 'number', column: 'ticket_type_id', indexed: { by: 'values', name: '.ticket_type_id' } },
  'state.ids': { kind: 'number', column: 'ticket_state_id', indexed: { by: 'values', name: '.ticket_state_id' } },
}

/** What a word of `category` or `state` stands for. */
type Named = { id: string; word: string }

const namedOf = (types: readonly TicketTypeRow[]): Record<string, Named[]> => ({
  category: types.map(({ id, category }) => ({ id, word: CATEGORY_WORDS[category] })),
  state: types.flatMap(({ states }) => states.map(({ id, category }) => ({ id, word: category }))),
})

const MATCHES: Record<string, (word: string, value: unknown) => boolean> = {
  '=': (word, value) => word === readText(value),
  IN: (word, value) => readList(value, readText).includes(word),
  '~': (word, value) => word.includes(readText(value)),
  '^': (word, value) => word.startsWith(readText(value)),
  $: (word, value) => word.endsWith(readText(value)),
}
const POSITIVE: Record<string, string> = { '!=': '=', NIN: 'IN', '!~': '~' }

function withIds(query: Query, named: Record<string, Named[]>): Query {
  if ('members' in query) return { ...query, members: query.members.map((member) => withIds(member, named)) }
  const { field, operator, value } = query
  const positive = POSITIVE[operator] ?? operator
  const matches = Object.hasOwn(MATCHES, positive) ? MATCHES[positive] : undefined
  if (!Object.hasOwn(named, field) || !matches || value === null) return query
  const ids = new Set(named[field]!.filter(({ word }) => matches(word, value)).map(({ id }) => Number(id)))
  return { field: `${field}.ids`, operator: positive === operator ? 'IN' : 'NIN', value: [...ids] }
}

/** By the id of the attribute, which is also the key of its value. The value of a list is the id of its item. */
const definitionOf = ({ id, data_type, multiline }: AttributeRow): AttributeDefinition => ({
  ...{ name: id, key: id, data_type },
  ...(multiline && { is_long: true }),
})

/** Returns a page of tickets, last updated first by default. @throws the 400s that Intercom documents */
export async function searchTickets(workspace: Workspace, body: unknown) {
  const types = await listTicketTypes(workspace)
  const attributes = types.flatMap((type) => type.attributes).filter(({ data_type }) => data_type !== 'files')
  const own = attributeFields('ticket_attribute.', 'ticket_attributes', attributes.map(definitionOf))
  const named = namedOf(types)
  const search = {
    page_size: TICKETS_PAGE,
    newest_by: 'updated_at' as const,
    listDefinitions: async () => [],
    searchable: () => ({ fields: { ...FIELDS, ...IDS, ...own }, inclusive: true }),
    read: (query: Query) => withIds(withoutAssignee(query), named),
  }
  return searchPage(
    workspace,
    { ...search, find: (given, page, order, wanted) => pageOfTickets(given, page, order, wanted) },
    body,
  )
}
