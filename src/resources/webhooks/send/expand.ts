// Reads the events of a workspace for a subscription, and queues a notification for each that it wants.
import type { FastifyBaseLogger } from 'fastify'
import type { Pool } from '#db/sql.ts'
import { readEvents } from '#events/read.ts'
import { itemOf, orShortItem } from '#resources/events/item.ts'
import { itemIn, topicIn } from '#resources/events/version.ts'
import { openWorkspace } from '#workspaces/open.ts'
import { nameFor } from '../topic-names.ts'
import { type Behind, lockToRead, type NewNotification, queueNotifications, setPosition } from './queries.ts'

/** Events that one transaction reads. */
const BATCH = 200

/**
 * Returns whether there may be more. A subscription for which another process reads is left alone. Items are made outside of
 * the transaction, so that a statement that fails for one of them does not end it.
 */
export function expand(pool: Pool, log: Pick<FastifyBaseLogger, 'error'>, behind: Behind): Promise<boolean> {
  return pool.begin(async (sql) => {
    const subscription = await lockToRead(sql, behind)
    if (!subscription) return false
    const events = await readEvents(sql, behind.workspace_id, subscription.position, BATCH)
    const last = events.at(-1)
    if (!last) return false
    const workspace = await openWorkspace(pool, behind.workspace_id)
    const queued: NewNotification[] = []
    for (const event of events) {
      const name = nameFor(subscription.topics, topicIn(event.topic, subscription.version))
      if (!name) continue
      const item = await orShortItem(event, log, async () =>
        itemIn(event.topic, await itemOf(workspace, event), subscription.version),
      )
      const { object_type, object_id, created_at, position } = event
      queued.push({ topic: name, object_type, object_id, created_at, position, item })
    }
    if (queued.length) await queueNotifications({ ...workspace, sql }, subscription.id, queued)
    await setPosition(sql, behind, last.position)
    return events.length === BATCH
  }) as Promise<boolean>
}
