// Counts the members of segments, for as long as a caller may wait.
import { atomically, type Workspace } from '#workspaces/workspace.ts'
import { compileSegments, listSegments, type SegmentedNoun } from './compile.ts'
import { countMet, limitStatements, type SegmentRow } from './queries.ts'

const LIMIT_MS = 5_000

/** Segments that one statement counts: each statement reads all contacts, and what it has not counted in time is lost. */
const BATCH_SIZE = 10

/** PostgreSQL's code for a statement that took too long. */
const CANCELED = '57014'

export type CountedSegment = SegmentRow & { count: number | null }

/** Returns all segments of a noun with their counts, in order; null from the batch on that is not counted in time. */
export async function countSegments(
  workspace: Workspace,
  noun: SegmentedNoun,
  limit_ms = LIMIT_MS,
): Promise<CountedSegment[]> {
  const until = performance.now() + limit_ms
  const segments = await listSegments(workspace, noun)
  const counts: number[] = []
  await atomically(workspace, async (workspace) => {
    const { conditionOf } = await compileSegments(workspace, noun, segments)
    while (counts.length < segments.length) {
      await limitStatements(workspace, Math.max(1, Math.ceil(until - performance.now())))
      const batch = segments.slice(counts.length, counts.length + BATCH_SIZE)
      counts.push(...(await countMet(workspace, noun.rows(workspace), batch.map(conditionOf))))
    }
  }).catch((error) => {
    if (error.code !== CANCELED) throw error
  })
  return segments.map((segment, n) => ({ ...segment, count: counts[n] ?? null }))
}
