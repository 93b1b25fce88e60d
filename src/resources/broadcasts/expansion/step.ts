// One step of a broadcast: creates the deliveries of its next contacts and stores its progress in one transaction, so
// that each contact is checked exactly once, also if the process is killed.
import type { Fragment, Pool } from '#db/sql.ts'
import { notifyWorker } from '#delivery/signals.ts'
import { UnusableSegment } from '#resources/segments/compile.ts'
import { openWorkspace } from '#workspaces/open.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import {
  advance,
  conditionOf,
  type DueBroadcast,
  endBatch,
  expand,
  fail,
  finishCanceling,
  lockNextDue,
  postpone,
} from './queries.ts'

/** Small, so that pausing waits only for a moment and a step needs little memory. */
const BATCH_SIZE = 1_000

/**
 * Returns false if no broadcast is due, or if other processes run them all. Safe in several processes at once. A step
 * that throws is rolled back, and its broadcast is due again after the others.
 */
export async function step(sql: Pool): Promise<boolean> {
  let broadcast: DueBroadcast | undefined
  try {
    await sql.begin(async (sql) => {
      broadcast = await lockNextDue(sql)
      if (!broadcast) return
      const workspace = await openWorkspace(sql, broadcast.workspace_id, broadcast.admin_id)
      const ends = broadcast.state === 'canceled' || broadcast.state === 'failed'
      await (ends ? endQueuedBatch : expandBatch)(workspace, broadcast)
    })
  } catch (error) {
    if (broadcast) await postpone(sql, broadcast)
    throw error
  }
  if (broadcast) notifyWorker()
  return broadcast !== undefined
}

async function expandBatch(workspace: Workspace, broadcast: DueBroadcast) {
  const matching = checked(await conditionOf(workspace, broadcast))
  if ('reason' in matching) return fail(workspace, broadcast, matching.reason)
  const expanded = await expand(workspace, broadcast, matching.condition, BATCH_SIZE)
  await advance(workspace, broadcast, expanded, expanded.audience < BATCH_SIZE)
}

/** Returns the condition of the audience, or why it can no longer be evaluated: trying again would not help. */
function checked(condition: () => Fragment): { condition: Fragment } | { reason: string } {
  try {
    return { condition: condition() }
  } catch (error) {
    if (error instanceof UnusableSegment) return { reason: error.message }
    throw error
  }
}

async function endQueuedBatch(workspace: Workspace, broadcast: DueBroadcast) {
  const ended = await endBatch(workspace, broadcast, BATCH_SIZE)
  if (ended < BATCH_SIZE) await finishCanceling(workspace, broadcast, ended)
}
