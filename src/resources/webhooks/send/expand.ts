// Reads the events of a workspace for a subscription, and queues a notification for each that it wants.
import type { Pool } from '#db/sql.ts'
import { readEvents } from '#events/read.ts'
import { itemOf } from '#resources/events/item.ts'
import { inVersion } from '#resources/events/version.ts'
import { openWorkspace } from '#workspaces/open.ts'
import { type Behind, lockToRead, queueNotification, setPosition } from './queries.ts'

/** Events that one transaction reads. */
const BATCH = 200

/** Returns whether there may be more. A subscription for which another process reads is left alone. */
export function expand(pool: Pool, behind: Behind): Promise<boolean> {
  return pool.begin(async (sql) => {
    const subscription = await lockToRead(sql, behind)
    if (!subscription) return false
    const events = await readEvents(sql, behind.workspace_id, subscription.position, BATCH)
    const last = events.at(-1)
    if (!last) return false
    const workspace = await openWorkspace(sql, behind.workspace_id)
    for (const event of events.filter(({ topic }) => subscription.topics.includes(topic))) {
      const item = inVersion(await itemOf(workspace, event), subscription.version)
      await queueNotification(workspace, subscription.id, event, item)
    }
    await setPosition(sql, behind, last.position)
    return events.length === BATCH
  }) as Promise<boolean>
}
