// Unsnoozes conversations that are due by the clock of their workspace.
import type { Sql } from '#db/sql.ts'
import type { Job } from '#jobs/job.ts'
import type { WorkerContext } from '#server.ts'
import { timeOn } from '#workspaces/clock.ts'
import { listClocks } from '#workspaces/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { unsnoozeBatch, type Workspaces } from './queries.ts'

const BATCH_SIZE = 500

/** Unsnoozes in all workspaces. Returns how many. Safe in several processes at once. */
export const unsnoozeDue = (sql: Sql, now: Date): Promise<number> =>
  inEveryClock(sql, now, (where, time) => unsnoozeAll(sql, where, time))

/** Runs work for the workspaces that have the server's clock, then for each other one at its own time. Returns the sum. */
export async function inEveryClock(
  sql: Sql,
  now: Date,
  work: (where: Workspaces, now: Date) => Promise<number>,
): Promise<number> {
  const clocks = await listClocks(sql)
  let total = await work({ all_but: clocks.map(({ id }) => id) }, now)
  for (const { id, ...clock } of clocks) total += await work({ only: id }, timeOn(clock, now))
  return total
}

/** Unsnoozes in this workspace only. Returns how many. */
export const unsnoozeDueIn = (workspace: Workspace): Promise<number> =>
  unsnoozeAll(workspace.sql, { only: workspace.id }, workspace.now())

async function unsnoozeAll(sql: Sql, where: Workspaces, now: Date): Promise<number> {
  let total = 0
  for (let count = BATCH_SIZE; count === BATCH_SIZE; total += count)
    count = await unsnoozeBatch(sql, where, now, BATCH_SIZE)
  return total
}

export const unsnooze: Job<WorkerContext> = {
  name: 'conversations:unsnooze',
  every_ms: 5_000,
  run: ({ sql }) => unsnoozeDue(sql, new Date()),
}
