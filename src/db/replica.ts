// A read replica (a hot standby). A read goes to it only if it has everything that was committed before the read came, by
// whomever and through whichever process: so every caller reads its own writes.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Pool } from './sql.ts'

export type Replica = {
  /**
   * Resolves to the pool of the replica if it has all that is committed now, or has it within a moment; otherwise to
   * undefined, also if it cannot be reached. Calls at the same time share their questions.
   */
  whenCurrent(): Promise<Pool | undefined>
  pool: Pool
}

/** A replica in the same network is some milliseconds behind. A read that waits longer is sooner answered by the primary. */
const WAIT_MS = 20
const ASK_AGAIN_AFTER_MS = 2
/** For how long a replica is not asked that could not be reached. */
const AWAY_MS = 1_000

/** A position in the write-ahead log, in bytes. */
type Lsn = bigint

/** @throws Error if the two are of different clusters. A replica that cannot be reached is used as soon as it can. */
export async function openReplica(primary: Pool, pool: Pool, log: (line: string) => void): Promise<Replica> {
  const of = (sql: Pool) => sql<{ id: string }[]>`select system_identifier::text as id from pg_control_system()`
  const [[own], [other]] = await Promise.all([
    of(primary),
    of(pool).catch((error: Error): { id: string }[] => {
      log(`The replica of DATABASE_READ_URL cannot be reached; the primary answers until it can: ${error.message}`)
      return []
    }),
  ])
  if (other && own?.id !== other.id) throw new Error('it is not a replica of the database of DATABASE_URL.')
  return followed(primary, pool)
}

function followed(primary: Pool, pool: Pool): Replica {
  const askPrimary = laterShared(() => committed(primary))
  const askReplica = laterShared(() => replayed(pool))
  let has: Lsn = -1n
  let away_until = 0

  async function whenCurrent(): Promise<Pool | undefined> {
    if (performance.now() < away_until) return undefined
    const needed = await askPrimary()
    const until = performance.now() + WAIT_MS
    try {
      while (has < needed) {
        if (performance.now() > until) return undefined
        const now = await askReplica()
        if (now === undefined) return undefined
        // Answers can overtake each other; what it has replayed stays.
        if (now > has) has = now
        if (has < needed) await sleep(ASK_AGAIN_AFTER_MS)
      }
      return pool
    } catch {
      away_until = performance.now() + AWAY_MS
      has = -1n
      return undefined
    }
  }
  return { whenCurrent, pool }
}

/** Of all commits that were acknowledged. Without synchronous commits, they need not be on the disk. */
async function committed(primary: Pool): Promise<Lsn> {
  const [{ lsn }] = await primary<[{ lsn: string }]>`
    select (case when current_setting('synchronous_commit') = 'off' then pg_current_wal_insert_lsn()
      else pg_current_wal_flush_lsn() end - '0/0')::text as lsn`
  return BigInt(lsn)
}

/** Undefined if it is no standby (any more): then it has commits of its own. */
async function replayed(replica: Pool): Promise<Lsn | undefined> {
  const [{ lsn }] = await replica<[{ lsn: string | null }]>`
    select case when pg_is_in_recovery() then (pg_last_wal_replay_lsn() - '0/0')::text end as lsn`
  return lsn === null ? undefined : BigInt(lsn)
}

/** Returns a function whose callers share a question that was begun after they called, and never one that runs already. */
function laterShared<Result>(ask: () => Promise<Result>): () => Promise<Result> {
  let running: Promise<unknown> = Promise.resolve()
  let next: Promise<Result> | undefined
  return () => {
    next ??= running.then(() => {
      next = undefined
      const asked = ask()
      running = asked.catch(() => {})
      return asked
    })
    return next
  }
}
