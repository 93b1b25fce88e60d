// After a restore from a dump, the order of old events is repaired.
import type { Sql } from '#db/sql.ts'

/**
 * A database that was restored from a dump counts its transactions anew: events of the old one would lie in the future. They
 * become one transaction of the past, and their ids keep their order. Returns whether that was needed.
 */
export async function repairOrder(sql: Sql): Promise<boolean> {
  const [newest] = await sql<{ is_ahead: boolean }[]>`
    select transaction_id >= pg_snapshot_xmax(pg_current_snapshot()) as is_ahead
    from events order by created_at desc limit 1`
  if (!newest?.is_ahead) return false
  await sql`update events set transaction_id = '3'::xid8`
  return true
}
