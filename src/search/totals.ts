// How many objects there are, and the totals of searches, which are kept until something changes.
import { createHash } from 'node:crypto'
import type { Fragment, Pool } from '#db/sql.ts'
import type { Job } from '#jobs/job.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { isWide } from './candidates.ts'
import { LIMITS } from './limits.ts'
import type { Searching } from './rows.ts'
import type { Source } from './sources.ts'
import type { Compiled } from './where.ts'

/** `live`: the live objects. `changes` grows with each change that a search can find. `total`: the kept total of the query. */
export type Counts = { live: number; changes: string; total: number | null }

/** Returns the counts of a noun; with `query_hash`, also the total of that query if nothing has changed since it was kept. */
export async function readCounts(workspace: Workspace, noun: string, query_hash: string | null): Promise<Counts> {
  const { sql, id, is_read_only } = workspace
  // A replica has no kept totals: their table is unlogged.
  const kept = is_read_only
    ? sql`null::bigint`
    : sql`(
      select total from search_totals
      where workspace_id = ${id} and noun = ${noun} and query_hash = ${query_hash} and search_totals.changes = counted.changes
    )`
  const [counts] = await sql<[{ live: string; changes: string; total: string | null }]>`
    with counted as materialized (
      select coalesce(sum(live), 0) as live, coalesce(sum(changes), 0) as changes from object_counts
      where workspace_id = ${id} and noun = ${noun}
    )
    select live, changes, ${kept} as total from counted`
  return {
    live: Number(counts.live),
    changes: counts.changes,
    total: counts.total === null ? null : Number(counts.total),
  }
}

/** Keeps a total that was counted when `changes` was this. */
export const keepTotal = (
  { sql, id }: Workspace,
  noun: string,
  query_hash: string,
  changes: string,
  total: number,
) => sql`
  insert into search_totals (workspace_id, noun, query_hash, changes, total)
  values (${id}, ${noun}, ${query_hash}, ${changes}, ${total})
  on conflict (workspace_id, noun, query_hash)
  do update set changes = excluded.changes, total = excluded.total, counted_at = now()`

/** Returns the number of matches. */
export async function countMatches(
  { workspace, noun }: Searching,
  { condition, source, others }: Compiled,
): Promise<number> {
  const { sql, id } = workspace
  const matching =
    source?.exact && !isWide(source, LIMITS.leaves)
      ? sql`select count(*) from (${allOf(workspace, source)}) found`
      : sql`select count(*) ${noun.rows(workspace)} and ${condition}`
  const counted = others
    ? sql`
      select (select coalesce(sum(live), 0) from object_counts where workspace_id = ${id} and noun = ${noun.tables.noun})
        - (select count(*) from (${others.ids}) others) as count`
    : matching
  const [row] = await sql<[{ count: string }]>`${counted}`
  return Number(row.count)
}

/** The ids of an exact source. */
function allOf(workspace: Workspace, source: Source): Fragment {
  if ('ids' in source) return source.ids
  const { sql } = workspace
  if ('every' in source) {
    const each = source.every.map((one) => allOf(workspace, one))
    const found = each.reduce((left, right) => sql`(${left}) intersect (${right})`)
    return source.except.reduce((left, { ids }) => sql`(${left}) except (${ids})`, found)
  }
  const each = source.some.map((one) => allOf(workspace, one))
  return each.reduce((left, right) => sql`(${left}) union (${right})`)
}

export const hashOf = (...parts: unknown[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 22)

/** Rows of a workspace from which on they are put together. */
const MANY_ROWS = 100

/** Puts the rows of each noun of each workspace together, so that a sum reads few. Returns how many workspaces had many. */
export async function compactCounts(sql: Pool): Promise<number> {
  const long = await sql<{ workspace_id: string; noun: string }[]>`
    select workspace_id, noun from object_counts group by workspace_id, noun having count(*) > ${MANY_ROWS}`
  for (const { workspace_id, noun } of long) {
    // In one statement, so that a sum sees the rows either before or after it.
    await sql`
      with gone as (
        delete from object_counts where workspace_id = ${workspace_id} and noun = ${noun} and ctid = any(array(
          select ctid from object_counts where workspace_id = ${workspace_id} and noun = ${noun} for update skip locked))
        returning live, changes
      )
      insert into object_counts (workspace_id, noun, live, changes)
      select ${workspace_id}, ${noun}, sum(live), sum(changes) from gone having count(*) > 0`
  }
  return long.length
}

const removeOldTotals = (sql: Pool) => sql`delete from search_totals where counted_at < now() - interval '1 day'`

/** New texts wait in a list that each search reads: with 4,000 rows in it, one takes eight times as long. */
const cleanPendingLists = (sql: Pool) =>
  sql`select gin_clean_pending_list(index::regclass) from unnest(${GINS}::text[]) index`

const GINS = [
  ...['contact_texts_trigrams', 'company_texts_trigrams', 'conversation_texts_trigrams'],
  ...['conversation_texts_words', 'ticket_texts_trigrams', 'ticket_texts_words'],
]

export const SEARCH_JOBS: readonly Job<{ sql: Pool }>[] = [
  { name: 'search:compact-counts', every_ms: 2_000, run: ({ sql }) => compactCounts(sql) },
  { name: 'search:clean-pending-lists', cron: '* * * * *', run: ({ sql }) => cleanPendingLists(sql) },
  { name: 'search:remove-old-totals', cron: '20 * * * *', run: ({ sql }) => removeOldTotals(sql) },
]
