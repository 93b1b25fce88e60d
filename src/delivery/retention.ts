// Removes old deliveries, entries of their history and captured messages, if a setting says how long they are kept.
import type { Pool } from '#db/sql.ts'
import { BATCH_ROWS, type Batch, inBatches, listAging, type Pace } from '#jobs/in-batches.ts'
import type { Job } from '#jobs/job.ts'
import { tallyRemoved } from './tally.ts'

/** For how many days rows are kept; 0: for ever. */
export type DeliveryRetention = { deliveries: number; delivery_history: number; captured_messages: number }

type Kind = keyof DeliveryRetention
type Context = { sql: Pool; kept_days: DeliveryRetention }

const job = (name: string, kind: Kind, cron: string): Job<Context> => ({
  name,
  cron,
  run: ({ sql, kept_days }) => removeOld(sql, kind, kept_days[kind]),
})

/** At different minutes, so that one runs at a time. */
export const DELIVERY_JOBS: readonly Job<Context>[] = [
  job('deliveries:expire', 'deliveries', '1,21,41 * * * *'),
  job('deliveries:expire-history', 'delivery_history', '8,28,48 * * * *'),
  job('deliveries:expire-captured', 'captured_messages', '15,35,55 * * * *'),
]

type From = { workspace_id: string; after: string; days: number }

type Walked = { removed: number; looked_at: number; last: string | null; is_old: boolean | null }

const batchOf = ([row]: readonly Walked[]): Batch => {
  const { removed, looked_at, last, is_old } = row as Walked
  return { removed, reached: looked_at === BATCH_ROWS && is_old && last ? last : undefined }
}

/**
 * History and captured messages are removed with their delivery. Deliveries that are queued stay, and those of a broadcast
 * that goes on: it sends nobody its message twice. The list of a broadcast's deliveries counts those that are left.
 */
const removeDeliveries = async (sql: Pool, { workspace_id, after, days }: From): Promise<Batch> =>
  batchOf(
    await sql<Walked[]>`
    with walked as materialized (
      select id, created_at from deliveries where workspace_id = ${workspace_id} and id > ${after} order by id limit ${BATCH_ROWS}
    ),
    ended as materialized (
      select deliveries.id from deliveries
      where workspace_id = ${workspace_id} and id = any(array(select id from walked))
        and status <> 'queued' and updated_at < now() - ${days} * interval '1 day'
        and (broadcast_id = 0 or not exists (
          select from broadcasts where broadcasts.workspace_id = ${workspace_id} and broadcasts.id = deliveries.broadcast_id
            and (due_at is not null or state = 'paused')))
      order by id for update skip locked
    ),
    removed as (
      delete from deliveries where workspace_id = ${workspace_id} and id = any(array(select id from ended))
      returning broadcast_id
    ),
    counted as (${tallyRemoved(sql, workspace_id)})
    select (select count(*) from removed)::int as removed, count(*)::int as looked_at, max(id)::text as last,
      min(created_at) < now() - ${days} * interval '1 day' as is_old
    from walked`,
  )

/** The history of a queued delivery stays: it says which attempts were made. */
const removeHistory = async (sql: Pool, { workspace_id, after, days }: From): Promise<Batch> =>
  batchOf(
    await sql<Walked[]>`
    with walked as materialized (
      select delivery_id, min(at) as at, count(*)::int as entries from (
        select delivery_id, at from delivery_history
        where workspace_id = ${workspace_id} and delivery_id > ${after} order by delivery_id, id limit ${BATCH_ROWS}
      ) entries group by delivery_id
    ),
    removed as (
      delete from delivery_history
      where workspace_id = ${workspace_id} and at < now() - ${days} * interval '1 day'
        and delivery_id = any(array(
          select walked.delivery_id from walked
          join deliveries on deliveries.workspace_id = ${workspace_id} and deliveries.id = walked.delivery_id
          where deliveries.status <> 'queued'))
      returning id
    )
    select (select count(*) from removed)::int as removed, coalesce(sum(entries), 0)::int as looked_at,
      max(delivery_id)::text as last, min(at) < now() - ${days} * interval '1 day' as is_old
    from walked`,
  )

const removeCaptured = async (sql: Pool, { workspace_id, after, days }: From): Promise<Batch> =>
  batchOf(
    await sql<Walked[]>`
    with walked as materialized (
      select id, captured_at from captured_messages
      where workspace_id = ${workspace_id} and id > ${after} order by id limit ${BATCH_ROWS}
    ),
    removed as (
      delete from captured_messages
      where workspace_id = ${workspace_id} and captured_at < now() - ${days} * interval '1 day'
        and id = any(array(select id from walked))
      returning id
    )
    select (select count(*) from removed)::int as removed, count(*)::int as looked_at, max(id)::text as last,
      min(captured_at) < now() - ${days} * interval '1 day' as is_old
    from walked`,
  )

/** Each looks at the next rows in the order of their keys, which is about that of their age. */
const REMOVE: Record<Kind, (sql: Pool, from: From) => Promise<Batch>> = {
  deliveries: removeDeliveries,
  delivery_history: removeHistory,
  captured_messages: removeCaptured,
}

/** Returns how many rows it has removed. */
export async function removeOld(sql: Pool, kind: Kind, days: number, pace: Pace = {}): Promise<number> {
  if (days === 0) return 0
  let removed = 0
  for (const workspace_id of await listAging(sql))
    removed += await inBatches((after) => REMOVE[kind](sql, { workspace_id, after, days }), pace)
  return removed
}
