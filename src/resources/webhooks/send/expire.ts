// Removes old notifications with their attempts.
import type { Pool } from '#db/sql.ts'
import { inBatches, type Pace } from '#jobs/in-batches.ts'
import { listSubscriptions, removeNotifications } from './queries.ts'

/** Returns how many it has removed. `days` of 0: none. */
export async function expireNotifications(sql: Pool, days: number, pace: Pace = {}): Promise<number> {
  if (days === 0) return 0
  let removed = 0
  for (const subscription of await listSubscriptions(sql))
    removed += await inBatches((after) => removeNotifications(sql, { ...subscription, after, days }), pace)
  return removed
}
