// Repairs the order of events after a restore from a dump.
import type { Sql } from '#db/sql.ts'

/**
 * A restored database starts its transaction ids again, so that old events would have ids from the future. This gives them
 * all one old transaction id; their own ids keep the order. Returns whether that was necessary.
 */
export async function repairOrder(sql: Sql): Promise<boolean> {
  const [newest] = await sql<{ is_ahead: boolean }[]>`
    select coalesce(max(transaction_id) >= pg_snapshot_xmax(pg_current_snapshot()), false) as is_ahead
    from workspaces cross join lateral (
      select transaction_id from events where workspace_id = workspaces.id order by transaction_id desc limit 1
    ) as newest_of_workspace`
  if (!newest?.is_ahead) return false
  await sql`update events set transaction_id = '3'::xid8`
  return true
}
