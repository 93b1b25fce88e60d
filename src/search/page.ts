// POST /<noun>/search: reads the request, compiles it, and returns one page of results.
import { newest, type Order, type Page, type PageResult } from '#db/page.ts'
import type { Fragment } from '#db/sql.ts'
import { pageOf } from '#http/lists.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { type AttributeDefinition, definitionsNamed } from './attributes.ts'
import { indexed } from './lag.ts'
import { type Query, readSearch } from './query.ts'
import { type Searchable, sortOf, where } from './where.ts'

/** What a noun declares for its search. */
export type Search<Row> = {
  page_size: { default: number; max: number }
  /** The order if the request names none: newest first by this column. */
  newest_by: 'created_at' | 'updated_at'
  /** The workspace's own attributes. Called only if the request names one. */
  listDefinitions(workspace: Workspace): Promise<AttributeDefinition[]>
  /** `fields` are those that the request names, so that what a field needs is loaded only then. */
  searchable(definitions: readonly AttributeDefinition[], fields: readonly string[]): Searchable | Promise<Searchable>
  /** Rewrites parts of the query that the noun understands differently. */
  read?(query: Query): Query
  find(workspace: Workspace, page: Page, order: Order, condition: Fragment): Promise<PageResult<Row>>
}

/** Throws the 400s that Intercom documents. */
export async function searchPage<Row>(
  workspace: Workspace,
  { page_size, newest_by, listDefinitions, searchable, read = (query) => query, find }: Search<Row>,
  body: unknown,
): Promise<{ page: Page; result: PageResult<Row> }> {
  const { query, pagination, sort, fields } = readSearch(body)
  const noun = await searchable(await definitionsNamed(fields, () => listDefinitions(workspace)), fields)
  const page = pageOf(pagination, page_size)
  const order = sortOf(workspace, noun, sort, newest(workspace, newest_by))
  const condition = indexed(workspace, where(workspace, noun, read(query)))
  return { page, result: await find(workspace, page, order, condition) }
}
