// Keyset pagination: a page begins after the last row of the previous one, so that concurrent writes cause no skipped
// or repeated rows.
import type { Fragment, Sql } from './sql.ts'

/**
 * The start of a page: the sort value (as PostgreSQL writes it) and the id of the row before it. `total` is the total that
 * the first page had; `of` names what was counted.
 */
export type Cursor = { value: string; id: string; page: number; total?: { count: number; of: string } }

/** `number` counts from 1. A page begins after the row `after`; without it, at the first row of page `number`. */
export type Page = { number: number; per_page: number; after?: Cursor }

/**
 * The order of rows; rows with the same value are ordered by id, in the same direction. `by` must never be null. `is_id`: it
 * is the order of the ids alone.
 */
export type Order = {
  by: Fragment
  type: 'timestamptz' | 'text' | 'numeric' | 'bigint'
  direction: 'asc' | 'desc'
  is_id?: true
}

/** `next` is the start of the next page, or undefined on the last one. `total_count` counts the rows of all pages. */
export type PageResult<Row> = { rows: Row[]; next: Cursor | undefined; total_count: number }

type Workspace = { sql: Sql }

type Keyed = { id: string; cursor_value: string }

export const newest = (workspace: Workspace, column: 'created_at' | 'updated_at'): Order => ({
  by: workspace.sql`${workspace.sql(column)}`,
  type: 'timestamptz',
  direction: 'desc',
})

/** Newest first, for ids that begin with the time of creation. */
export const newestById = ({ sql }: Workspace): Order => ({ by: sql`id`, type: 'text', direction: 'desc', is_id: true })

/** Oldest first, for ids that are numbers. */
export const oldestById = ({ sql }: Workspace): Order => ({
  by: sql`id`,
  type: 'bigint',
  direction: 'asc',
  is_id: true,
})

/** The column that `pageResult` needs in addition to `id`: `select *, ${cursorValue(workspace, order)} …`. */
export const cursorValue = ({ sql }: Workspace, { by }: Order): Fragment => sql`(${by})::text as cursor_value`

/** The condition for rows of this page and later ones. */
export function beyond({ sql }: Workspace, { by, type, direction, is_id }: Order, { after }: Page): Fragment {
  if (!after) return sql`true`
  if (is_id) return direction === 'desc' ? sql`id < ${after.id}` : sql`id > ${after.id}`
  const value = sql`${after.value}::text::${sql.unsafe(type)}`
  return direction === 'desc' ? sql`(${by}, id) < (${value}, ${after.id})` : sql`(${by}, id) > (${value}, ${after.id})`
}

/** Selects one row more than the page has, so that `pageResult` knows whether another page follows. */
export function inOrder(
  { sql }: Workspace,
  { by, direction, is_id }: Order,
  { number, per_page, after }: Page,
): Fragment {
  const way = sql.unsafe(direction) // asc or desc
  const skipped = after ? 0 : (number - 1) * per_page
  return sql`order by ${is_id ? sql`` : sql`${by} ${way},`} id ${way} limit ${per_page + 1} ${skipped ? sql`offset ${skipped}` : sql``}`
}

/** Calls `count` only if needed: a first page that is not full contains all rows. */
export async function pageResult<Row extends Keyed>(
  rows: readonly Row[],
  page: Page,
  count: () => Promise<number>,
): Promise<PageResult<Row>> {
  const shown = rows.slice(0, page.per_page)
  const last = shown.at(-1)
  const next =
    last && rows.length > page.per_page ? { value: last.cursor_value, id: last.id, page: page.number + 1 } : undefined
  const total_count = !page.after && page.number === 1 && !next ? shown.length : await count()
  return { rows: shown, next, total_count }
}

/** A text in a column is looked for among the newest rows of this number, which takes a few milliseconds. */
export const SEARCHED = 10_000

/** The words for it in the description of a parameter. */
export const AMONG_NEWEST = `among the newest ${SEARCHED.toLocaleString('en')}`

/** The condition for the newest rows of the workspace in a table whose ids are numbers: see `SEARCHED`. */
export const isAmongNewest = ({ sql, id }: Workspace & { id: string }, table: string): Fragment => sql`
  id >= coalesce((
    select id from ${sql(table)} where workspace_id = ${id} order by id desc offset ${SEARCHED - 1} limit 1), 0)`

/** The condition for rows in which one of the columns contains the text, in upper or lower case. Columns are SQL. */
export const contains = ({ sql }: Workspace, columns: readonly string[], text: string): Fragment => sql`
  exists (
    select from unnest(array[${sql.unsafe(columns.join(', '))}]) as searched (value)
    where strpos(lower(value), lower(${text})) > 0)`

/** Newest first, for ids that are numbers. */
export const newestByNumber = ({ sql }: Workspace): Order => ({
  by: sql`id`,
  type: 'bigint',
  direction: 'desc',
  is_id: true,
})
