// POST /<noun>/search: a page of what the noun finds, by the language, the attributes and the order of the request.
import { newest, type Order, type Page, type PageResult } from '#db/page.ts'
import type { Fragment } from '#db/sql.ts'
import { pageOf } from '#http/lists.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { type AttributeDefinition, definitionsNamed } from './attributes.ts'
import { indexed } from './lag.ts'
import { type Query, readSearch } from './query.ts'
import { type Searchable, sortOf, where } from './where.ts'

/** What a noun's search consists of. */
export type Search<Row> = {
  page_size: { default: number; max: number }
  /** The order if the request names none: newest first by this column. */
  newest_by: 'created_at' | 'updated_at'
  /** The workspace's own attributes. Called only if the request names one. */
  listDefinitions(workspace: Workspace): Promise<AttributeDefinition[]>
  searchable(definitions: readonly AttributeDefinition[]): Searchable
  /** Replaces what the noun reads in its own way. */
  read?(query: Query): Query
  find(workspace: Workspace, page: Page, order: Order, condition: Fragment): Promise<PageResult<Row>>
}

/** Throws the documented 400s. */
export async function searchPage<Row>(
  workspace: Workspace,
  { page_size, newest_by, listDefinitions, searchable, read = (query) => query, find }: Search<Row>,
  body: unknown,
): Promise<{ page: Page; result: PageResult<Row> }> {
  const { query, pagination, sort, fields } = readSearch(body)
  const noun = searchable(await definitionsNamed(fields, () => listDefinitions(workspace)))
  const page = pageOf(pagination, page_size)
  const order = sortOf(workspace, noun, sort, newest(workspace, newest_by))
  const condition = indexed(workspace, where(workspace, noun, read(query)))
  return { page, result: await find(workspace, page, order, condition) }
}
