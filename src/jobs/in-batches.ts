// Removes many old rows in small batches, slowly: other work finds the database free, and autovacuum keeps up.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Sql } from '#db/sql.ts'
import { listClocks } from '#workspaces/queries.ts'

/** One batch holds its locks for some ten milliseconds. */
export const BATCH_ROWS = 1_000
/** A job that runs every ten minutes ends before the next one begins. */
const RUN_MS = 5 * 60_000

/** `reached` is the key of the last row that a batch looked at; undefined if no later row can be old enough. */
export type Batch = { removed: number; reached: string | undefined }

export type Pace = {
  /** Stops then; the rest is left for the next run. */
  run_ms?: number
  /** The pause after each batch, as a multiple of the time that it took: 1 leaves half of the time to others. */
  rest?: number
}

/**
 * Removes rows in the order of their keys, from the smallest one. `remove` looks at the next rows after a key.
 * Returns how many it has removed.
 */
export async function inBatches(
  remove: (after: string) => Promise<Batch>,
  { run_ms = RUN_MS, rest = 1 }: Pace = {},
): Promise<number> {
  const started = performance.now()
  let removed = 0
  for (let after: string | undefined = '0'; after !== undefined; ) {
    const began = performance.now()
    const batch: Batch = await remove(after)
    removed += batch.removed
    after = batch.reached
    if (after === undefined || performance.now() - started > run_ms) return removed
    await sleep((performance.now() - began) * rest)
  }
  return removed
}

/** Returns the workspaces whose times show the age of rows: those with a clock of their own do not. */
export async function listAging(sql: Sql): Promise<string[]> {
  const clocks = (await listClocks(sql)).map(({ id }) => id)
  const rows = await sql<{ id: string }[]>`select id from workspaces where not id = any(${clocks}) order by id`
  return rows.map(({ id }) => id)
}
