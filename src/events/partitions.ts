// The partitions of the log of events: one for each span of time, created ahead and dropped when all its events are old.
import type { Pool, Sql } from '#db/sql.ts'
import type { Job } from '#jobs/job.ts'

/** A log is at most this many partitions long, because a reader looks into each. Some more are created ahead. */
const PARTITIONS = 6
const AHEAD = 2
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** A partition is created or dropped under a lock for which every writer of events waits: rather try again later. */
const LOCK_TIMEOUT_MS = 500
const LOCK_NOT_AVAILABLE = '55P03'
/** The key of the advisory lock, so that only one process changes partitions at a time. */
const LOCK = 7_238_115

/** `ended_ms_ago` is negative if it has not ended. */
export type Partition = { name: string; ends_at: Date; ended_ms_ago: number }

export const EVENT_JOBS: readonly Job<{ sql: Pool; kept_days: { events: number } }>[] = [
  {
    name: 'events:keep-partitions',
    cron: '7 * * * *',
    run: ({ sql, kept_days }) => keepPartitions(sql, kept_days.events),
  },
]

/**
 * Creates the partitions that will be needed next, and drops those whose events are all older than `kept_days`. Called at
 * the start and every hour. If another transaction holds the log for too long, the rest is left for the next call.
 */
export async function keepPartitions(sql: Pool, kept_days: number): Promise<void> {
  try {
    await create(sql, kept_days * DAY_MS)
    await dropOld(sql, kept_days * DAY_MS)
  } catch (error) {
    if ((error as { code?: string }).code !== LOCK_NOT_AVAILABLE) throw error
  }
}

async function create(sql: Pool, kept_ms: number): Promise<void> {
  for (const [starts_at, ends_at] of await missing(sql, Math.max(HOUR_MS, kept_ms / PARTITIONS)))
    await change(sql, (sql) =>
      sql.unsafe(
        `create table if not exists ${nameOf(starts_at)} partition of events
          for values from ('${starts_at.toISOString()}') to ('${ends_at.toISOString()}')`,
      ),
    )
}

async function dropOld(sql: Pool, kept_ms: number): Promise<void> {
  for (const { name, ended_ms_ago } of await listPartitions(sql))
    if (ended_ms_ago > kept_ms) await change(sql, (sql) => sql`drop table if exists ${sql(name)}`)
}

/** Returns the partitions by time, the oldest first. */
export const listPartitions = (sql: Sql) => sql<Partition[]>`
  select name, ends_at, extract(epoch from now() - ends_at)::float8 * 1000 as ended_ms_ago
  from (
    select relname as name,
      (regexp_match(pg_get_expr(relpartbound, pg_class.oid), $$ TO \\('([^']+)'\\)$$))[1]::timestamptz as ends_at
    from pg_inherits join pg_class on pg_class.oid = inhrelid
    where inhparent = 'events'::regclass
  ) partitions
  order by ends_at`

async function missing(sql: Sql, length_ms: number): Promise<[starts_at: Date, ends_at: Date][]> {
  const last = (await listPartitions(sql)).at(-1)
  if (!last) throw new Error('The table events has no partition')
  const found: [Date, Date][] = []
  let ahead_ms = -last.ended_ms_ago
  for (let from = last.ends_at.getTime(); ahead_ms < AHEAD * length_ms; ) {
    // After a long pause the next partition covers the pause too.
    const covers_ms = Math.ceil((length_ms + Math.max(0, -ahead_ms)) / HOUR_MS) * HOUR_MS
    found.push([new Date(from), new Date(from + covers_ms)])
    from += covers_ms
    ahead_ms += covers_ms
  }
  return found
}

/** Partitions begin on the hour. */
const nameOf = (starts_at: Date) => `events_${starts_at.toISOString().replace(/\D/g, '').slice(0, 10)}`

const change = (sql: Pool, work: (sql: Sql) => PromiseLike<unknown>) =>
  sql.begin(async (sql) => {
    await sql`select pg_advisory_xact_lock(${LOCK})`
    await sql`select set_config('lock_timeout', ${`${LOCK_TIMEOUT_MS}ms`}, true)`
    await work(sql)
  })
