// The jobs that belong to no resource: they remove expired idempotency keys and message ids, remove unclaimed files,
// and ANALYZE tables that have grown.
import { analyzeGrown } from '#db/analyze.ts'
import type { Pool } from '#db/sql.ts'
import type { Files } from '#files/files.ts'
import { listClocks } from '#workspaces/queries.ts'
import { BATCH_ROWS, inBatches } from './in-batches.ts'
import type { Job } from './job.ts'

const EVERY_TEN_MINUTES = '*/10 * * * *'

type Context = { sql: Pool; files: Files; kept_days: { received_messages: number } }

export const HOUSEKEEPING: readonly Job<Context>[] = [
  // The longest time that a quickly filled table has bad plans.
  { name: 'tables:analyze', every_ms: 2_000, run: ({ sql }) => analyzeGrown(sql) },
  {
    name: 'rows:expire',
    cron: EVERY_TEN_MINUTES,
    run: ({ sql, kept_days }) => removeExpired(sql, kept_days.received_messages),
  },
  { name: 'files:remove-unclaimed', cron: EVERY_TEN_MINUTES, run: ({ files }) => files.removeUnclaimed() },
]

/**
 * Idempotency keys are stored for a day, and the ids of received messages for some more, so that one that is received again
 * is known. In a workspace whose clock a sandbox has set, times do not show the age: its rows stay until it uses the
 * server's clock again.
 */
export async function removeExpired(sql: Pool, received_messages_days: number): Promise<void> {
  await sql`delete from rate_limit_slices where ends_at < now() - interval '1 minute'`
  await sql`delete from idempotency_keys where created_at < now() - interval '24 hours'`
  const clocks = (await listClocks(sql)).map(({ id }) => id)
  await inBatches(async () => {
    const { count } = await sql`
      delete from received_messages where ctid = any(array(
        select ctid from received_messages
        where received_at < now() - ${received_messages_days} * interval '1 day' and not workspace_id = any(${clocks})
        order by received_at limit ${BATCH_ROWS}))`
    return { removed: count, reached: count === BATCH_ROWS ? '' : undefined }
  })
}
