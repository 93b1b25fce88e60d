// How many of a broadcast's deliveries are in each status: exact at every moment, without counting a hundred thousand
// rows and without a row that everybody who moves a status would have to wait for.
import type { Fragment, Pool, Sql } from '#db/sql.ts'

/**
 * What a statement that moves statuses adds to itself, as one of its CTEs: `tally as (${tally(sql)})`. It needs another
 * one, `moved`, of the deliveries that it wrote: `workspace_id`, `broadcast_id`, `status`, and `was`, the status before.
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

/** Rows that a reader adds up without noticing. */
const FEW = 30
const MOST_AT_ONCE = 20_000

/**
 * Replaces many rows of a broadcast by their sum. Safe in several processes at once, and for whoever reads meanwhile. The
 * broadcast is held, so that whoever removes it with its rows overlooks no sum.
 */
export const sumUp = (sql: Pool) => sql`
  with many as (
    select workspace_id, id as broadcast_id from broadcasts
    where (workspace_id, id) in (
      select workspace_id, broadcast_id from broadcast_tallies where not is_sum
      group by workspace_id, broadcast_id having count(*) > ${FEW})
    for key share skip locked
  ),
  taken as (
    delete from broadcast_tallies where (workspace_id, broadcast_id, id) in (
      select workspace_id, broadcast_id, id from broadcast_tallies join many using (workspace_id, broadcast_id)
      limit ${MOST_AT_ONCE} for update of broadcast_tallies skip locked)
    returning *
  )
  insert into broadcast_tallies (workspace_id, broadcast_id, is_sum, queued, sent, delivered, read, failed)
  select workspace_id, broadcast_id, true, sum(queued), sum(sent), sum(delivered), sum(read), sum(failed)
  from taken group by workspace_id, broadcast_id`
