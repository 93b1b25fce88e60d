// Unsnoozes conversations whose time has come, by the clock of their workspace.
import type { Sql } from '#db/sql.ts'
import type { Job } from '#jobs/job.ts'
import type { WorkerContext } from '#server.ts'
import { timeOn } from '#workspaces/clock.ts'
import { listClocks } from '#workspaces/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { unsnoozeSome, type Workspaces } from './queries.ts'

const AT_ONCE = 500

/** In all workspaces. Returns how many; several processes may call it at the same time. */
export async function unsnoozeDue(sql: Sql, now: Date): Promise<number> {
  const clocks = await listClocks(sql)
  let total = await unsnoozeAll(sql, { all_but: clocks.map(({ id }) => id) }, now)
  for (const { id, ...clock } of clocks) total += await unsnoozeAll(sql, { only: id }, timeOn(clock, now))
  return total
}

/** In this workspace alone. */
export const unsnoozeDueIn = (workspace: Workspace): Promise<number> =>
  unsnoozeAll(workspace.sql, { only: workspace.id }, workspace.now())

async function unsnoozeAll(sql: Sql, where: Workspaces, now: Date): Promise<number> {
  let total = 0
  for (let count = AT_ONCE; count === AT_ONCE; total += count) count = await unsnoozeSome(sql, where, now, AT_ONCE)
  return total
}

export const unsnooze: Job<WorkerContext> = {
  name: 'conversations:unsnooze',
  every_ms: 5_000,
  run: ({ sql }) => unsnoozeDue(sql, new Date()),
}
