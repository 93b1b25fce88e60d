// Follows the events of a workspace in an order that is the same for every reader, and loses none that commits late.
import type { Sql } from '#db/sql.ts'
import type { Actor } from './events.ts'

/**
 * A place in the log: `12345.678`, the transaction and the id of the last event that was read. Ids alone are no order: they
 * are taken before the commit, so that a smaller one can appear after a greater one.
 */
export type Position = string

export type EventRow = {
  id: string
  topic: string
  object_type: string
  object_id: string
  details: Record<string, unknown>
  actor_type: Actor['type'] | null
  actor_id: string | null
  snapshot: Record<string, unknown> | null
  created_at: Date
  position: Position
}

/**
 * Returns the next events after a position, the oldest first: of transactions that ended before the oldest one that is still
 * open. A transaction that stays open delays all readers, and makes them miss nothing.
 */
export const readEvents = (sql: Sql, workspace_id: string, after: Position, limit: number) => {
  const [transaction_id = '0', id = '0'] = after.split('.')
  return sql<EventRow[]>`
    select id, topic, object_type, object_id, details, actor_type, actor_id, snapshot, created_at,
      transaction_id::text || '.' || id as position
    from events
    where workspace_id = ${workspace_id} and (transaction_id, id) > (${transaction_id}::text::xid8, ${id}::bigint)
      and transaction_id < pg_snapshot_xmin(pg_current_snapshot())
    order by transaction_id, id limit ${limit}`
}

/** Where a new reader begins that wants nothing of the past. */
export async function endOfEvents(sql: Sql): Promise<Position> {
  const [row] = await sql<[{ position: string }]>`
    select pg_snapshot_xmin(pg_current_snapshot())::text || '.0' as position`
  return row.position
}
