// Finds one page of objects and their total. The number of matches, or a bounded count of candidates, chooses the way.
import type { Cursor, Order, Page, PageResult } from '#db/page.ts'
import { badCursor } from '#http/lists.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { type Candidates, probe, readWhole } from './candidates.ts'
import { LIMITS } from './limits.ts'
import { asTimeLimit, inTurn, searching } from './pool.ts'
import { type Listed, newest, type Searching, select, selectFrom, walk } from './rows.ts'
import { firstInOrder } from './sorted.ts'
import type { Rows, ValueOrder } from './sources.ts'
import { countMatches, hashOf, keepTotal, readCounts } from './totals.ts'
import type { Compiled } from './where.ts'

export type { Listed } from './rows.ts'

/** Which objects are wanted. */
export type Wanted = {
  /** Absent: all. */
  compile?(rows: Rows): Compiled
  /** Names the query: the same text for the same query only. */
  name: string
  /** Whether the total stays the same until an object changes: not if the query compares with times of touches. */
  is_stable: boolean
  /** For errors: `email ~, custom_attributes.plan =`. */
  description: string
  /** Where the values of the order are found, if they are in a side table. */
  sorted_by?: ValueOrder | undefined
}

/** All live objects. */
export const ALL: Wanted = { name: '', is_stable: false, description: 'a list of all' }

type Asked = { page: Page; order: Order; wanted: Wanted }
type Keyed = { id: string; cursor_value: string; matches: string | null }
type Search = Searching & Pick<Wanted, 'sorted_by'>
type Found<Row> = { rows: Row[]; total?: number | undefined }

/** Returns the page, with the total that its first page had. @throws a 503 if it takes too long, a 429 if many are slow. */
export async function findPage<Row>(given: Workspace, noun: Listed, asked: Asked): Promise<PageResult<Row>> {
  const { page, order, wanted } = asked
  if (order.is_id && page.after && page.after.value !== page.after.id) throw badCursor()
  try {
    return await searching(given, (workspace) => findIn<Row>(workspace, noun, asked))
  } catch (error) {
    throw asTimeLimit(error, wanted.description)
  }
}

async function findIn<Row>(
  workspace: Workspace,
  noun: Listed,
  { page, order, wanted }: Asked,
): Promise<PageResult<Row>> {
  const query_hash = hashOf(workspace.id, workspace.version, noun.tables.noun, wanted.name)
  const counts = await readCounts(workspace, noun.tables.noun, wanted.is_stable ? query_hash : null)
  const compiled = wanted.compile?.({ tables: noun.tables, rows: noun.rows, live: counts.live })
  const search = { workspace, noun, page, order, compiled, live: counts.live, sorted_by: wanted.sorted_by }
  const carried = page.after?.total?.of === query_hash ? page.after.total.count : undefined
  const known = carried ?? counts.total ?? undefined
  const { rows, total = known } = await findRows<Row & Keyed>(search, known)

  const shown = rows.slice(0, page.per_page)
  const last = isFull(search, rows) ? shown.at(-1) : undefined
  const total_count = carried ?? (await totalOf())
  const next: Cursor | undefined = last && {
    ...{ value: last.cursor_value, id: last.id, page: page.number + 1 },
    total: { count: total_count, of: query_hash },
  }
  return { rows: shown, next, total_count }

  async function totalOf(): Promise<number> {
    if (!page.after && page.number === 1 && !last) return shown.length
    if (!compiled) return counts.live
    const counted = total ?? (await inTurn(workspace, () => countMatches(search, compiled)))
    if (wanted.is_stable && counted !== counts.total && 'begin' in workspace.sql && !workspace.is_read_only)
      await keepTotal(workspace, noun.tables.noun, query_hash, counts.changes, counted)
    return counted
  }
}

const isFull = ({ page }: Searching, rows: readonly unknown[]) => rows.length > page.per_page

/** `known` is the number of matches, if that is known. */
async function findRows<Row extends Keyed>(search: Search, known: number | undefined): Promise<Found<Row>> {
  const { compiled, live, order } = search
  if (!compiled) return { rows: await select<Row>(search, walk(search)) }
  if (live <= LIMITS.few) return counted<Row>(search)
  const { source } = compiled
  if (!source) return walkFar<Row>(search)

  if ('ids' in source && source.exact) {
    if (source.ordered && order.is_id)
      return { rows: await select<Row>(search, selectFrom(search, newest(search, source.ids))) }
    if (known !== undefined && known <= LIMITS.gathered) return counted<Row>(search, source.ids)
    if (known !== undefined && known <= LIMITS.sorted && order.is_id && !source.whole)
      return { rows: await select<Row>(search, selectFrom(search, newest(search, source.ids))), total: known }
    if (source.whole && known === undefined) {
      const { ids, count } = await readWhole(search, source, LIMITS.gathered)
      return count <= LIMITS.gathered ? counted<Row>(search, ids) : walkFar<Row>(search, count)
    }
  }
  if (known !== undefined && isNear(search, known)) return walkFar<Row>(search, known)

  const is_leaf = 'ids' in source && source.exact && order.is_id
  const candidates = await probe(search, source, {
    limit: is_leaf ? LIMITS.sorted : LIMITS.gathered,
    leaves: LIMITS.leaves,
  })
  if (candidates) {
    const rows = await fromCandidates<Row>(search, candidates)
    if (rows) return rows
  }
  return walkFar<Row>(search, known)
}

/** Returns undefined if the candidates are too many. */
async function fromCandidates<Row extends Keyed>(
  search: Searching,
  candidates: Candidates,
): Promise<Found<Row> | undefined> {
  const { ids, count, is_complete, ordered } = candidates
  if (is_complete && count <= LIMITS.gathered) return counted<Row>(search, ids)
  if (is_complete) return { rows: await select<Row>(search, selectFrom(search, newest(search, ids))) }
  if (!ordered || !search.order.is_id) return undefined
  const rows = await select<Row>(search, selectFrom(search, newest(search, ids, LIMITS.gathered)))
  return isFull(search, rows) ? { rows } : undefined
}

/** Returns whether a walk finds a page before it is slow, if matches are spread evenly. */
const isNear = ({ page, live }: Searching, matches: number) =>
  (page.per_page + 1) * (live / Math.max(1, matches)) <= LIMITS.walked / 2

/** Reads the candidates, or all rows, and counts the matches on the way. */
async function counted<Row extends Keyed>(search: Searching, ids?: Candidates['ids']): Promise<Found<Row>> {
  const counts = !search.page.after
  const rows = await select<Row>(search, selectFrom(search, ids, counts))
  const matches = rows[0]?.matches ?? null
  return { rows, total: matches === null ? undefined : Number(matches) }
}

async function walkFar<Row extends Keyed>(search: Search, total?: number): Promise<Found<Row>> {
  const { sorted_by, page } = search
  if (sorted_by && (page.after || page.number === 1)) {
    const rows = await firstInOrder<Row>(search, sorted_by, LIMITS.gathered)
    if (rows && isFull(search, rows)) return { rows, total }
  }
  const rows = await select<Row>(search, walk(search, LIMITS.walked))
  if (isFull(search, rows) || search.live <= LIMITS.walked) return { rows, total }
  return { rows: await inTurn(search.workspace, () => select<Row>(search, walk(search))), total }
}
