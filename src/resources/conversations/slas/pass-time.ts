// Marks targets of SLAs as missed when they are due, and lets them run again when a timer has ended a snooze.
import type { Sql } from '#db/sql.ts'
import type { Job } from '#jobs/job.ts'
import type { WorkerContext } from '#server.ts'
import { openWorkspace } from '#workspaces/open.ts'
import { atomically, type Workspace } from '#workspaces/workspace.ts'
import { updateConversationRow } from '../queries.ts'
import { partsAdded } from '../state/statistics.ts'
import { inEveryClock } from '../state/unsnooze.ts'
import { slaAfter, tellSlaNews } from './follow.ts'
import { listWorkspacesWithDueSlas, lockWithDueSla } from './queries.ts'

const BATCH_SIZE = 100

/** Follows the clocks of all workspaces. Returns the number of conversations that changed. Safe in several processes at once. */
export const passTime = (sql: Sql, now: Date): Promise<number> =>
  inEveryClock(sql, now, async (where, time) => {
    let total = 0
    for (const id of await listWorkspacesWithDueSlas(sql, where, time))
      total += await passTimeIn({ ...(await openWorkspace(sql, id)), now: () => time })
    return total
  })

/** The same in this workspace only. */
export async function passTimeIn(workspace: Workspace): Promise<number> {
  let total = 0
  for (let count = BATCH_SIZE; count === BATCH_SIZE; total += count) count = await atomically(workspace, passBatch)
  return total
}

async function passBatch(workspace: Workspace): Promise<number> {
  const at = workspace.now()
  const conversations = await lockWithDueSla(workspace, BATCH_SIZE)
  for (const conversation of conversations) {
    const { patch, news } = slaAfter(conversation, {}, at)
    const counted = partsAdded(conversation, news.length)
    await updateConversationRow(workspace, conversation.id, { ...patch, ...counted })
    await tellSlaNews(workspace, { ...conversation, ...patch }, news, at)
  }
  return conversations.length
}

export const slaJob: Job<WorkerContext> = {
  name: 'conversations:slas',
  every_ms: 5_000,
  run: ({ sql }) => passTime(sql, new Date()),
}
