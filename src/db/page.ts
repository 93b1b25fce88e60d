// Keyset pages: a page begins after the last row of the one before it, so that it neither skips nor repeats rows
// while others are written.
import type { Fragment, Sql } from './sql.ts'

/** Where a page begins: the sort value (as PostgreSQL writes it) and id of the last row before it. */
export type Cursor = { value: string; id: string; page: number }

/** `number` counts from 1 and is told to the caller; only `after` decides where the page begins. */
export type Page = { number: number; per_page: number; after?: Cursor }

/** By what rows are ordered; ties are broken by id, in the same direction. `by` must never be null. */
export type Order = { by: Fragment; type: 'timestamptz' | 'text' | 'numeric' | 'bigint'; direction: 'asc' | 'desc' }

/** One page of rows, where the next one begins (undefined on the last), and how many rows there are in all. */
export type PageResult<Row> = { rows: Row[]; next: Cursor | undefined; total_count: number }

/** A workspace, as far as pages are concerned. */
type Workspace = { sql: Sql }

type Keyed = { id: string; cursor_value: string }

export const newest = (workspace: Workspace, column: 'created_at' | 'updated_at'): Order => ({
  by: workspace.sql`${workspace.sql(column)}`,
  type: 'timestamptz',
  direction: 'desc',
})

/** The column that `pageResult` needs beside `id`: `select *, ${cursorValue(workspace, order)} …`. */
export const cursorValue = ({ sql }: Workspace, { by }: Order): Fragment => sql`(${by})::text as cursor_value`

/** What is true of the rows of this page and later ones. */
export function beyond({ sql }: Workspace, { by, type, direction }: Order, { after }: Page): Fragment {
  if (!after) return sql`true`
  const value = sql`${after.value}::text::${sql.unsafe(type)}`
  return direction === 'desc' ? sql`(${by}, id) < (${value}, ${after.id})` : sql`(${by}, id) > (${value}, ${after.id})`
}

/** One row more than the page holds, so that `pageResult` knows whether another page follows. */
export function inOrder({ sql }: Workspace, { by, direction }: Order, { per_page }: Page): Fragment {
  const way = sql.unsafe(direction)
  return sql`order by ${by} ${way}, id ${way} limit ${per_page + 1}`
}

/**
 * The page's rows and the next cursor. `count` is asked only where it is not plain from the rows: a first page that
 * is not full is all there is.
 */
export async function pageResult<Row extends Keyed>(
  rows: readonly Row[],
  page: Page,
  count: () => Promise<number>,
): Promise<PageResult<Row>> {
  const shown = rows.slice(0, page.per_page)
  const last = shown.at(-1)
  const next =
    last && rows.length > page.per_page ? { value: last.cursor_value, id: last.id, page: page.number + 1 } : undefined
  const total_count = !page.after && !next ? shown.length : await count()
  return { rows: shown, next, total_count }
}
