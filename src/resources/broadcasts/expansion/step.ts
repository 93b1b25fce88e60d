// One step of the broadcast whose turn it is: its next contacts become deliveries and it moves on, in one transaction, so
// that whoever is killed, everybody of the audience is looked at exactly once.
import type { Pool } from '#db/sql.ts'
import { notifyWorker } from '#delivery/signals.ts'
import { openWorkspace } from '#workspaces/open.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { advance, type DueBroadcast, endSome, expand, finishCanceling, postpone, takeDue } from './queries.ts'

/** Few enough that whoever pauses waits for a moment only, and that nothing of it has to fit into memory. */
const CONTACTS_A_STEP = 1_000

/**
 * False where no broadcast has anything to be done, or others are at it. Safe in several processes at once. What a step
 * throws has changed nothing; its broadcast comes again after the others.
 */
export async function step(sql: Pool): Promise<boolean> {
  let broadcast: DueBroadcast | undefined
  try {
    await sql.begin(async (sql) => {
      broadcast = await takeDue(sql)
      if (!broadcast) return
      const workspace = await openWorkspace(sql, broadcast.workspace_id, broadcast.admin_id)
      await (broadcast.state === 'canceled' ? endTheRest : acceptSome)(workspace, broadcast)
    })
  } catch (error) {
    if (broadcast) await postpone(sql, broadcast)
    throw error
  }
  if (broadcast) notifyWorker()
  return broadcast !== undefined
}

async function acceptSome(workspace: Workspace, broadcast: DueBroadcast) {
  const expanded = await expand(workspace, broadcast, CONTACTS_A_STEP)
  await advance(workspace, broadcast, expanded, expanded.audience < CONTACTS_A_STEP)
}

async function endTheRest(workspace: Workspace, broadcast: DueBroadcast) {
  const ended = await endSome(workspace, broadcast, CONTACTS_A_STEP)
  if (ended < CONTACTS_A_STEP) await finishCanceling(workspace, broadcast, ended)
}
