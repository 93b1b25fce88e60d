// What was snoozed until a time wakes when that has come, by the clock of its workspace.
import type { Sql } from '#db/sql.ts'
import type { Job } from '#jobs/job.ts'
import type { WorkerContext } from '#server.ts'
import { timeOn } from '#workspaces/clock.ts'
import { listClocks } from '#workspaces/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { type Sleepers, wakeDue } from '../queries.ts'

const AT_ONCE = 500

/** In every workspace. Says how many woke; several processes may call it at the same time. */
export async function unsnoozeDue(sql: Sql, now: Date): Promise<number> {
  const clocks = await listClocks(sql)
  let total = await wakeAll(sql, { not_of: clocks.map(({ id }) => id) }, now)
  for (const { id, ...clock } of clocks) total += await wakeAll(sql, { of: id }, timeOn(clock, now))
  return total
}

/** In this workspace alone. */
export const unsnoozeDueIn = (workspace: Workspace): Promise<number> =>
  wakeAll(workspace.sql, { of: workspace.id }, workspace.now())

async function wakeAll(sql: Sql, who: Sleepers, now: Date): Promise<number> {
  let total = 0
  for (let woken = AT_ONCE; woken === AT_ONCE; total += woken) woken = await wakeDue(sql, who, now, AT_ONCE)
  return total
}

export const unsnooze: Job<WorkerContext> = {
  name: 'conversations:unsnooze',
  every_ms: 5_000,
  run: ({ sql }) => unsnoozeDue(sql, new Date()),
}
