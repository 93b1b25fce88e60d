// What has to happen by the clock: snoozed conversations wake, what has had its time is removed, and PostgreSQL learns of
// tables that have grown.
import type { FastifyBaseLogger } from 'fastify'
import type { Pool } from '#db/sql.ts'
import type { Files } from '#files/files.ts'
import { unsnoozeDue } from '#resources/conversations/state/unsnooze.ts'
import { listClocks } from '#workspaces/queries.ts'
import { analyzeGrown } from './analyze.ts'

const WAKE_EVERY_MS = 5_000
const CLEAN_EVERY_MS = 10 * 60_000
/** A table that is filled as fast as it can be has bad plans for no longer than this. */
const ANALYZE_EVERY_MS = 2_000

type House = { sql: Pool; files: Files; log: Pick<FastifyBaseLogger, 'warn'> }

/** Safe in several processes at once. Returns what ends it. */
export function keepHouse({ sql, files, log }: House): () => void {
  const every = (ms: number, work: () => Promise<unknown>) =>
    setInterval(() => void work().catch((error) => log.warn({ err: error }, 'housekeeping failed; trying again')), ms)
  const timers = [
    every(WAKE_EVERY_MS, () => unsnoozeDue(sql, new Date())),
    every(ANALYZE_EVERY_MS, () => analyzeGrown(sql)),
    every(CLEAN_EVERY_MS, () => clean(sql)),
    every(CLEAN_EVERY_MS, files.removeUnclaimed),
  ]
  return () => {
    for (const timer of timers) clearInterval(timer)
  }
}

/**
 * A remembered answer holds for a day; events, and what has been received, for whoever comes late, for a month. Where a
 * sandbox has set its clock, their times say nothing of their age: they stay until it goes by the server's again.
 */
export async function clean(sql: Pool): Promise<void> {
  await sql`delete from idempotency_keys where created_at < now() - interval '24 hours'`
  const clocks = (await listClocks(sql)).map(({ id }) => id)
  await sql`
    delete from received_messages
    where received_at < now() - interval '30 days' and not workspace_id = any(${clocks})`
  await sql`delete from events where created_at < now() - interval '30 days' and not workspace_id = any(${clocks})`
}
