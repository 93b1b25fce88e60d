// Reads the events of a workspace in the same order for every reader, without losing events that commit late.
import type { Sql } from '#db/sql.ts'
import type { Actor } from './events.ts'

/**
 * A position in the log: `12345.678`, the transaction and the id of the last event that was read. Ids alone are not
 * enough: they are assigned before the commit, so that a lower id can appear after a higher one.
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
 * Returns the next events after a position, oldest first. Events of the oldest open transaction, and of all that started
 * after it, are left for later calls: a long transaction delays all readers, but they miss nothing.
 */
export async function readEvents(sql: Sql, workspace_id: string, position: Position, limit: number) {
  const [events] = await readLogs(sql, [{ workspace_id, position }], limit)
  return events!
}

/** As `readEvents`, for several readers in one query. Returns the events of each; `limit` is for each. */
export async function readLogs(
  sql: Sql,
  readers: readonly { workspace_id: string; position: Position }[],
  limit: number,
): Promise<EventRow[][]> {
  const workspaces = readers.map(({ workspace_id }) => workspace_id)
  const positions = readers.map(({ position }) => position.split('.'))
  const rows = await sql<(EventRow & { transaction_id: string; reader: number })[]>`
    select events.*, reader::int
    from unnest(${workspaces}::text[], ${positions.map(([transaction = '0']) => transaction)}::text[],
      ${positions.map(([, id = '0']) => id)}::bigint[]) with ordinality as readers (workspace_id, transaction_id, id, reader)
    cross join lateral (
      select id, topic, object_type, object_id, details, actor_type, actor_id, snapshot, created_at, transaction_id,
        transaction_id::text || '.' || id as position
      from events
      where events.workspace_id = readers.workspace_id
        and (events.transaction_id, events.id) > (readers.transaction_id::xid8, readers.id)
        and events.transaction_id < pg_snapshot_xmin(pg_current_snapshot())
      order by events.transaction_id, events.id limit ${limit}
    ) as events
    order by reader, events.transaction_id, events.id`
  const found: EventRow[][] = readers.map(() => [])
  for (const { reader, transaction_id: _, ...event } of rows) found[reader - 1]!.push(event)
  return found
}

/** Returns the position for a new reader that wants only new events. */
export async function endOfEvents(sql: Sql): Promise<Position> {
  const [row] = await sql<[{ position: string }]>`
    select pg_snapshot_xmin(pg_current_snapshot())::text || '.0' as position`
  return row.position
}

/** Returns whether events after `position` can be before `end`, a result of `endOfEvents`. */
export const isBefore = (position: Position, end: Position): boolean => transactionOf(position) < transactionOf(end)

const transactionOf = (position: Position): bigint => BigInt(position.split('.')[0] || 0)

/** Returns a transaction id that all transactions which begin from now on are after. */
export async function newestTransaction(sql: Sql): Promise<string> {
  const [row] = await sql<[{ newest: string }]>`select pg_snapshot_xmax(pg_current_snapshot())::text as newest`
  return row.newest
}

/** Returns whether a transaction from before `newest` is still open. */
export async function openBefore(sql: Sql, newest: string): Promise<boolean> {
  const [row] = await sql<[{ is_open: boolean }]>`
    select pg_snapshot_xmin(pg_current_snapshot()) < ${newest}::text::xid8 as is_open`
  return row.is_open
}
