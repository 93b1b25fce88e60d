// POST /<noun>/search: reads the request, compiles it, and returns one page of results.
import { newest, newestById, type Order, type Page, type PageResult } from '#db/page.ts'
import { pageOf } from '#http/lists.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { type AttributeDefinition, definitionsNamed, keysOf, withChoices } from './attributes.ts'
import type { Wanted } from './find.ts'
import { indexed } from './lag.ts'
import { type Filter, filtersOf, type Query, readSearch } from './query.ts'
import { compile, type Searchable, sortedBy, sortOf } from './where.ts'

/** What a noun declares for its search. */
export type Search<Row> = {
  page_size: { default: number; max: number }
  /** The order if the request names none: newest first by this column. */
  newest_by: 'id' | 'created_at' | 'updated_at'
  /** The workspace's own attributes. Called only if the request names one. */
  listDefinitions(workspace: Workspace): Promise<AttributeDefinition[]>
  /** `fields` are those that the request names, so that what a field needs is loaded only then. */
  searchable(definitions: readonly AttributeDefinition[], fields: readonly string[]): Searchable | Promise<Searchable>
  /** Rewrites parts of the query that the noun understands differently. */
  read?(query: Query): Query
  /** Fields that can change without a change of `object_counts`: the total of a query with one is not kept. */
  unstable?: readonly string[]
  find(workspace: Workspace, page: Page, order: Order, wanted: Wanted): Promise<PageResult<Row>>
}

/** Throws the 400s that Intercom documents. */
export async function searchPage<Row>(workspace: Workspace, search: Search<Row>, body: unknown) {
  const { page_size, newest_by, listDefinitions, searchable, read = (query) => query, unstable = [], find } = search
  const asked = readSearch(body)
  const definitions = await definitionsNamed(asked.fields, () => listDefinitions(workspace))
  const noun = await searchable(definitions, asked.fields)
  const page = pageOf(asked.pagination, page_size)
  const order = sortOf(workspace, noun, asked.sort, newestOf(workspace, newest_by))
  const query = withChoices(read(asked.query), definitions)
  const lags = workspace.lags.search_lag_ms > 0
  const filters = filtersOf(query)
  const depends = dependenciesOf(noun, filters)
  const compared = [...filters, ...(depends ?? []).flatMap(filtersOf)]
  const wanted: Wanted = {
    name: JSON.stringify([query, asked.sort, keysOf(definitions, asked.fields), depends]),
    description: [...new Set(filters.map(({ field, operator }) => `${field} ${operator}`))].join(', '),
    sorted_by: lags ? undefined : sortedBy(noun, asked.sort),
    is_stable: !lags && depends !== null && !compared.some(({ field }) => unstable.includes(field)),
    compile(rows) {
      const compiled = compile(workspace, noun, query, lags ? undefined : rows)
      return { ...compiled, condition: indexed(workspace, compiled.condition) }
    },
  }
  return { page, result: await find(workspace, page, order, wanted) }
}

const newestOf = (workspace: Workspace, column: Search<unknown>['newest_by']): Order =>
  column === 'id' ? newestById(workspace) : newest(workspace, column)

/** Returns the queries that the filters depend on; null if one depends on the time. */
function dependenciesOf({ fields }: Searchable, filters: readonly Filter[]): Query[] | null {
  const found: Query[] = []
  for (const { field: name, value } of filters) {
    const field = fields[name]
    if (field?.kind !== 'set' || !field.dependsOn) continue
    const queries = field.dependsOn([value].flat().map(String))
    if (!queries) return null
    found.push(...queries)
  }
  return found
}
