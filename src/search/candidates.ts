// Counts the candidates of a source, as far as that decides something.
import type { Fragment } from '#db/sql.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import type { Searching } from './rows.ts'
import type { Leaf, Source } from './sources.ts'

/** Ids that include every match. */
export type Candidates = {
  ids: Fragment
  /** More than the limit if it is not complete. */
  count: number
  is_complete: boolean
  ordered: boolean
}

type Limits = { limit: number; leaves: number }

/** Returns the source with the fewest ids; undefined if it has more leaves than `leaves`. Counts `limit` ids of each. */
export async function probe({ workspace }: Searching, source: Source, limits: Limits): Promise<Candidates | undefined> {
  if (isWide(source, limits.leaves)) return undefined
  const leaves = [...new Set(leavesOf(source))]
  const { sql } = workspace
  const counted = leaves.map(
    ({ ids }) => sql`(select count(*) from (select from (${ids}) found limit ${limits.limit + 1}) few)`,
  )
  const [{ counts }] = await sql<[{ counts: string[] }]>`select array[${joined(workspace, counted)}] as counts`
  return narrowest(workspace, source, new Map(leaves.map((leaf, n) => [leaf, Number(counts[n])])), limits.limit)
}

const joined = ({ sql }: Workspace, parts: Fragment[]) => parts.reduce((left, right) => sql`${left}, ${right}`)

/** Returns the number of all ids of a leaf, and its ids if they are no more than `limit`: the index is read once. */
export async function readWhole({ workspace, noun }: Searching, { ids }: Leaf, limit: number) {
  const { sql } = workspace
  const [row] = await sql<[{ count: string; first: string[] }]>`
    with found as materialized (${ids})
    select (select count(*) from found) as count, array(select id from found limit ${limit}) as first`
  return { count: Number(row.count), ids: sql`select unnest(${row.first}::text[]::${sql.unsafe(noun.tables.id)}[])` }
}

/** Whether a source has more leaves than one statement should. */
export const isWide = (source: Source, leaves: number): boolean => allLeaves(source) > leaves

const allLeaves = (source: Source): number =>
  'ids' in source ? 1 : ('every' in source ? source.every : source.some).reduce((sum, one) => sum + allLeaves(one), 0)

/** The leaves to count. A leaf whose index is read whole is left out if there is another one beside it. */
function leavesOf(source: Source): Leaf[] {
  if ('ids' in source) return [source]
  if ('some' in source) return source.some.flatMap(leavesOf)
  const cheap = source.every.filter((one) => !('ids' in one && one.whole))
  return (cheap.length ? cheap : source.every).flatMap(leavesOf)
}

function narrowest(workspace: Workspace, source: Source, counts: Map<Leaf, number>, limit: number): Candidates {
  if ('ids' in source) {
    const count = counts.get(source) ?? Infinity
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
