// Counts a broadcast's deliveries by status. The counts are always exact, without counting all deliveries and without one
// row that every status change would have to lock.
import type { Fragment, Pool, Sql } from '#db/sql.ts'

/**
 * Returns a CTE for every statement that changes statuses: `tally as (${tally(sql)})`. The statement must have a CTE `moved`
 * of the deliveries that it updates: `workspace_id`, `broadcast_id`, `status`, and `was`, the status before.
 */
export const tally = (sql: Sql): Fragment => sql`
  insert into broadcast_tallies (workspace_id, broadcast_id, queued, sent, delivered, read, failed)
  select workspace_id, broadcast_id, ${difference(sql, 'queued')}, ${difference(sql, 'sent')},
    ${difference(sql, 'delivered')}, ${difference(sql, 'read')}, ${difference(sql, 'failed')}
  from moved where broadcast_id <> 0 and was <> status group by workspace_id, broadcast_id`

const difference = (sql: Sql, status: string): Fragment =>
  sql`count(*) filter (where status = ${status}) - count(*) filter (where was = ${status})`

/** Counts deliveries that were just queued. */
export const tallyQueued = (sql: Sql, workspace_id: string, broadcast_id: string, queued: number) => sql`
  insert into broadcast_tallies (workspace_id, broadcast_id, queued)
  values (${workspace_id}, ${broadcast_id}, ${queued})`

/**
 * Returns a CTE that counts old deliveries that were removed, which stay in the other counts. The statement must have a CTE
 * `removed` with their `broadcast_id`. Locks the broadcast, as `sumUp` does.
 */
export const tallyRemoved = (sql: Sql, workspace_id: string): Fragment => sql`
  insert into broadcast_tallies (workspace_id, broadcast_id, removed)
  select ${workspace_id}, id, (select count(*) from removed where removed.broadcast_id = locked.id)
  from (
    select id from broadcasts
    where workspace_id = ${workspace_id} and id = any(array(select distinct broadcast_id from removed)) for key share
  ) locked`

/** A broadcast with no more rows than this is not summed up. */
const FEW = 30
const MOST_AT_ONCE = 20_000

/**
 * Replaces many rows of a broadcast by their sum. Safe with concurrent readers and other processes. Locks the broadcast, so
 * that a concurrent deletion does not miss the new row.
 */
export const sumUp = (sql: Pool) => sql`
  with many as (
    select workspace_id, id as broadcast_id from broadcasts
    where (workspace_id, id) in (
      select workspace_id, broadcast_id from broadcast_tallies where not is_sum
      group by workspace_id, broadcast_id having count(*) > ${FEW})
    for key share skip locked
  ),
  removed as (
    delete from broadcast_tallies where (workspace_id, broadcast_id, id) in (
      select workspace_id, broadcast_id, id from broadcast_tallies join many using (workspace_id, broadcast_id)
      limit ${MOST_AT_ONCE} for update of broadcast_tallies skip locked)
    returning *
  )
  insert into broadcast_tallies (workspace_id, broadcast_id, is_sum, queued, sent, delivered, read, failed, removed)
  select workspace_id, broadcast_id, true, sum(queued), sum(sent), sum(delivered), sum(read), sum(failed), sum(removed)
  from removed group by workspace_id, broadcast_id`
