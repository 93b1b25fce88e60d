// Finds one page of objects and their total. A bounded count of each source says which way is the shortest.
import { beyond, type Cursor, cursorValue, inOrder, type Order, type Page, type PageResult } from '#db/page.ts'
import type { Fragment } from '#db/sql.ts'
import { badCursor } from '#http/lists.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { asTimeLimit, forSearch, inTurn } from './pool.ts'
import type { Leaf, Rows, SearchTables, Source } from './sources.ts'
import { type Counts, hashOf, keepTotal, readCounts } from './totals.ts'
import type { Compiled } from './where.ts'

/** A noun's rows, in lists and searches. */
export type Listed = {
  /** Named by the columns and by every condition. */
  table: 'contacts' | 'companies'
  tables: SearchTables
  /** `from <table> where …`: the live rows of the workspace. */
  rows(workspace: Workspace): Fragment
  /** What is shown of a row. */
  columns(workspace: Workspace): Fragment
}

/** Which objects are wanted. */
export type Wanted = {
  compile?(rows: Rows): Compiled
  /** Names the query: the same text for the same query only. */
  name: string
  /** Whether the total stays the same until an object changes: not if the query compares with times of touches. */
  is_stable: boolean
  /** For errors: `email ~, custom_attributes.plan =`. */
  description: string
}

/** All live objects. */
export const ALL: Wanted = { name: '', is_stable: false, description: 'a list of all' }

type Keyed = { id: string; cursor_value: string }

/** The numbers that choose between the ways. Measured: see docs/decisions. */
export const LIMITS = {
  /** A workspace with fewer objects is read through. */
  few: 2_000,
  /** As many candidates are read by their ids. */
  gathered: 2_000,
  /** As many ids of a range are sorted to find the newest. */
  sorted: 20_000,
  /** Rows that a walk reads before it counts as slow. */
  walked: 20_000,
  /** A query with more leaves is not looked up in indexes. */
  leaves: 40,
}
export type Limits = typeof LIMITS

/** Returns the page, with the total that its first page had. @throws a 503 if it takes too long, a 429 if many are slow. */
export async function findPage<Row>(
  given: Workspace,
  noun: Listed,
  { page, order, wanted, limits = LIMITS }: { page: Page; order: Order; wanted: Wanted; limits?: Limits },
): Promise<PageResult<Row>> {
  if (order.is_id && page.after && page.after.value !== page.after.id) throw badCursor()
  const workspace = forSearch(given)
  const query_hash = hashOf(workspace.id, workspace.version, noun.tables.noun, wanted.name)
  try {
    const counts = await readCounts(workspace, noun.tables.noun, wanted.is_stable ? query_hash : null)
    const compiled = wanted.compile?.({ tables: noun.tables, rows: noun.rows, live: counts.live })
    const search = { workspace, noun, page, order, compiled, counts, limits }
    const found = await findRows<Row & Keyed & { matches: string | null }>(search)
    return await withTotal(search, found, { query_hash, is_stable: wanted.is_stable })
  } catch (error) {
    throw asTimeLimit(error, wanted.description)
  }
}

type Searching = {
  workspace: Workspace
  noun: Listed
  page: Page
  order: Order
  compiled: Compiled | undefined
  counts: Counts
  limits: Limits
}

async function findRows<Row extends Keyed>(search: Searching): Promise<Row[]> {
  const { compiled, counts, limits, order } = search
  if (!compiled) return select<Row>(search, walk(search))
  if (counts.live <= limits.few) return select<Row>(search, gather(search))
  const { source } = compiled
  const is_leaf = source && 'ids' in source && source.exact && order.is_id
  if (is_leaf && source.ordered) return select<Row>(search, gather(search, newest(search, source.ids), false))
  const candidates = source && (await probe(search, source, is_leaf ? limits.sorted : limits.gathered))
  if (candidates?.is_complete) {
    const few = candidates.count <= limits.gathered
    return select<Row>(
      search,
      few ? gather(search, candidates.ids) : gather(search, newest(search, candidates.ids), false),
    )
  }
  if (candidates?.ordered && order.is_id) {
    const rows = await select<Row>(search, gather(search, newest(search, candidates.ids, limits.gathered), false))
    if (isFull(search, rows)) return rows
  }
  const rows = await select<Row>(search, walk(search, limits.walked))
  if (isFull(search, rows) || counts.live <= limits.walked) return rows
  return inTurn(search.workspace, () => select<Row>(search, walk(search)))
}

const isFull = ({ page }: Searching, rows: readonly unknown[]) => rows.length > page.per_page

/** `inner` returns the rows of the page; what is shown of them is read for these only. */
const select = <Row extends Keyed>({ workspace, noun, order }: Searching, inner: Fragment) => {
  const { sql } = workspace
  const way = sql.unsafe(order.direction)
  return sql<Row[]>`
    select ${noun.columns(workspace)}, ${cursorValue(workspace, order)} from (${inner}) ${sql(noun.table)}
    order by ${order.by} ${way}, id ${way}`
}

/** Reads the candidates by their ids, or all rows, and counts those that match. */
function gather({ workspace, noun, page, order, compiled }: Searching, candidates?: Fragment, counts = true): Fragment {
  const { sql } = workspace
  return sql`
    select ${sql(noun.table)}.*, ${counts && !page.after ? sql`count(*) over ()` : sql`null::bigint`} as matches
    ${noun.rows(workspace)} and ${compiled!.condition} and ${beyond(workspace, order, page)}
      ${candidates ? sql`and id = any(array(${candidates}))` : sql``}
    ${inOrder(workspace, order, page)}`
}

/** The first ids of a source from the page on: those of the page, or `limit`. */
function newest({ workspace, page, order }: Searching, ids: Fragment, limit?: number): Fragment {
  const { sql } = workspace
  const per_page = limit ?? (page.after ? page.per_page : page.number * page.per_page)
  return sql`
    select id from (${ids}) found
    where ${beyond(workspace, order, page)} ${inOrder(workspace, order, { number: 1, per_page })}`
}

/** Reads the rows in their order until the page is full, or until `bound` rows are read. */
function walk({ workspace, noun, page, order, compiled }: Searching, bound?: number): Fragment {
  const { sql } = workspace
  const condition = compiled?.condition ?? sql`true`
  if (bound === undefined) {
    return sql`
      select ${sql(noun.table)}.*, null::bigint as matches
      ${noun.rows(workspace)} and ${condition} and ${beyond(workspace, order, page)} ${inOrder(workspace, order, page)}`
  }
  return sql`
    select ${sql(noun.table)}.*, null::bigint as matches from (
      select ${sql(noun.table)}.* ${noun.rows(workspace)} and ${beyond(workspace, order, page)}
      ${inOrder(workspace, order, { number: 1, per_page: bound })}
    ) ${sql(noun.table)}
    where ${condition} ${inOrder(workspace, order, page)}`
}

type Candidates = { ids: Fragment; count: number; is_complete: boolean; ordered: boolean }

/** Counts each leaf, up to a limit, and returns the source with the fewest rows. */
async function probe({ workspace, limits }: Searching, source: Source, limit: number): Promise<Candidates | undefined> {
  const leaves = leavesOf(source)
  if (leaves.length > limits.leaves) return undefined
  const { sql } = workspace
  const counted = leaves.map(
    ({ ids }) => sql`(select count(*) from (select from (${ids}) found limit ${limit + 1}) few)`,
  )
  const [{ counts }] = await sql<[{ counts: string[] }]>`
    select array[${counted.reduce((left, right) => sql`${left}, ${right}`)}] as counts`
  const byLeaf = new Map(leaves.map((leaf, n) => [leaf, Number(counts[n])]))
  return narrowest(workspace, source, byLeaf, limit)
}

const leavesOf = (source: Source): Leaf[] => {
  if ('ids' in source) return [source]
  return ('every' in source ? source.every : source.some).flatMap(leavesOf)
}

function narrowest(workspace: Workspace, source: Source, counts: Map<Leaf, number>, limit: number): Candidates {
  if ('ids' in source) {
    const count = counts.get(source)!
    return { ids: source.ids, count, is_complete: count <= limit, ordered: source.ordered }
  }
  if ('every' in source) {
    const each = source.every.map((one) => narrowest(workspace, one, counts, limit))
    return each.reduce((best, one) => (isBetter(one, best) ? one : best))
  }
  const each = source.some.map((one) => narrowest(workspace, one, counts, limit))
  const count = each.reduce((sum, one) => sum + one.count, 0)
  const ids = each.map((one) => one.ids).reduce((left, right) => workspace.sql`(${left}) union (${right})`)
  return { ids, count, is_complete: count <= limit, ordered: false }
}

const isBetter = (one: Candidates, best: Candidates) =>
  one.count < best.count || (one.count === best.count && one.ordered && !best.ordered)

async function withTotal<Row extends Keyed & { matches: string | null }>(
  search: Searching,
  rows: Row[],
  { query_hash, is_stable }: { query_hash: string; is_stable: boolean },
): Promise<PageResult<Row>> {
  const { page, compiled, counts, workspace, noun } = search
  const shown = rows.slice(0, page.per_page)
  const last = isFull(search, rows) ? shown.at(-1) : undefined
  const total_count = await total()
  const next: Cursor | undefined = last && {
    value: last.cursor_value,
    id: last.id,
    page: page.number + 1,
    total: { count: total_count, of: query_hash },
  }
  return { rows: shown, next, total_count }

  async function total(): Promise<number> {
    if (page.after?.total?.of === query_hash) return page.after.total.count
    if (!page.after && page.number === 1 && !last) return shown.length
    if (!compiled) return counts.live
    if (counts.total !== null) return counts.total
    const matches = rows[0]?.matches ?? null
    const counted = matches === null ? await inTurn(workspace, () => count(search, compiled)) : Number(matches)
    if (is_stable && 'begin' in workspace.sql) {
      await keepTotal(workspace, noun.tables.noun, query_hash, counts.changes, counted)
    }
    return counted
  }
}

async function count({ workspace, noun }: Searching, { condition, source, others }: Compiled): Promise<number> {
  const { sql, id } = workspace
  const matching = source?.exact
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
    return each.reduce((left, right) => sql`(${left}) intersect (${right})`)
  }
  const each = source.some.map((one) => allOf(workspace, one))
  return each.reduce((left, right) => sql`(${left}) union (${right})`)
}
