// The statements that return the rows of a page: by their ids, or in their order.
import { beyond, cursorValue, inOrder, type Order, type Page } from '#db/page.ts'
import type { Fragment } from '#db/sql.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import type { SearchTables } from './sources.ts'
import type { Compiled } from './where.ts'

/** A noun's rows, in lists and searches. */
export type Listed = {
  /** Named by the columns and by every condition. */
  table: 'contacts' | 'companies' | 'conversations'
  tables: SearchTables
  /** `from <table> where …`: the live rows of the workspace. */
  rows(workspace: Workspace): Fragment
  /** What is shown of a row. */
  columns(workspace: Workspace): Fragment
}

export type Searching = {
  workspace: Workspace
  noun: Listed
  page: Page
  order: Order
  /** Absent: all rows. */
  compiled: Compiled | undefined
  /** The live rows of the workspace. */
  live: number
}

/** `inner` returns the rows of the page. What is shown of them is read for these only. */
export function select<Row extends object>({ workspace, noun, order }: Searching, inner: Fragment) {
  const { sql } = workspace
  const way = sql.unsafe(order.direction)
  return sql<Row[]>`
    select ${noun.columns(workspace)}, ${cursorValue(workspace, order)} from (${inner}) ${sql(noun.table)}
    order by ${order.by} ${way}, id ${way}`
}

/** The matches among `ids`, or among all rows, up to the end of the page. `counts`: with the number of all matches. */
export function selectFrom(
  { workspace, noun, page, order, compiled }: Searching,
  ids?: Fragment,
  counts = false,
): Fragment {
  const { sql } = workspace
  return sql`
    select ${sql(noun.table)}.*, ${counts ? sql`count(*) over ()` : sql`null::bigint`} as matches
    ${noun.rows(workspace)} and ${compiled!.condition} and ${beyond(workspace, order, page)}
      ${ids ? sql`and id = any(array(${ids}))` : sql``}
    ${inOrder(workspace, order, page)}`
}

/** The first of the ids from the page on: those of the page, or `limit`. */
export function newest({ workspace, page, order }: Searching, ids: Fragment, limit?: number): Fragment {
  const { sql } = workspace
  const per_page = limit ?? (page.after ? page.per_page : page.number * page.per_page)
  return sql`
    select id from (${ids}) found
    where ${beyond(workspace, order, page)} ${inOrder(workspace, order, { number: 1, per_page })}`
}

/** Reads the rows in their order until the page is full, or until `bound` rows are read. */
export function walk({ workspace, noun, page, order, compiled }: Searching, bound?: number): Fragment {
  const { sql } = workspace
  const condition = compiled?.condition ?? sql`true`
  if (bound === undefined) {
    return sql`
      select ${sql(noun.table)}.*, null::bigint as matches
      ${noun.rows(workspace)} and ${condition} and ${beyond(workspace, order, page)} ${inOrder(workspace, order, page)}`
  }
  // `place`: PostgreSQL knows the order of a subquery by its columns only.
  const place: Order = { ...order, by: sql`place` }
  return sql`
    select ${sql(noun.table)}.*, null::bigint as matches from (
      select ${sql(noun.table)}.*, ${order.by} as place ${noun.rows(workspace)} and ${beyond(workspace, order, page)}
      ${inOrder(workspace, order, { number: 1, per_page: bound })}
    ) ${sql(noun.table)}
    where ${condition} ${inOrder(workspace, place, page)}`
}
