// Assigns the conversations that wait in their teams, when a member is back or has room again.
import type { Sql } from '#db/sql.ts'
import type { Job } from '#jobs/job.ts'
import { findTeam } from '#resources/teams/queries.ts'
import type { WorkerContext } from '#server.ts'
import { openWorkspace } from '#workspaces/open.ts'
import { atomically, type Workspace } from '#workspaces/workspace.ts'
import { giveToMember } from './distribute.ts'
import { listTeamsWithWaiting, listWorkspacesWithWaiting, lockDistribution, lockLongestWaiting } from './queries.ts'

/** In one transaction; the job assigns the rest. */
const BATCH_SIZE = 50

/**
 * Assigns up to 50 conversations, those that wait the longest first. Returns how many. Call it last in the transaction of what
 * could have made room; the job assigns what a concurrent transaction hid from it.
 */
export async function assignWaiting(workspace: Workspace): Promise<number> {
  const team_ids = await listTeamsWithWaiting(workspace)
  if (!team_ids.length) return 0
  await lockDistribution(workspace)
  let total = 0
  for (const id of team_ids) total += await assignWaitingOf(workspace, id, BATCH_SIZE - total)
  return total
}

async function assignWaitingOf(workspace: Workspace, team_id: string, limit: number): Promise<number> {
  const team = await findTeam(workspace, team_id)
  for (let count = 0; team; count++) {
    const conversation = count < limit && (await lockLongestWaiting(workspace, team.id))
    if (!conversation || !(await giveToMember(workspace, team, conversation, workspace.now()))) return count
  }
  return 0
}

/** Assigns what waits in all workspaces. Safe in several processes at once. */
export async function assignAllWaiting(sql: Sql): Promise<number> {
  let total = 0
  for (const id of await listWorkspacesWithWaiting(sql)) {
    const workspace = await openWorkspace(sql, id)
    for (let count = BATCH_SIZE; count === BATCH_SIZE; total += count)
      count = await atomically(workspace, assignWaiting)
  }
  return total
}

export const assignWaitingJob: Job<WorkerContext> = {
  name: 'conversations:assign-waiting',
  every_ms: 5_000,
  run: ({ sql }) => assignAllWaiting(sql),
}
