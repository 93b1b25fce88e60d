// Migrates a database to the schema of this release: plain SQL files, forward only.
import { readdir, readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { separateConnection } from './connect.ts'
import { nodePostgresPool } from './node-postgres.ts'
import type { Pool, Sql } from './sql.ts'
import { appliedMigrations, assertSuitable } from './suitable.ts'

const DIRECTORY = new URL('../../migrations/', import.meta.url).pathname
/** The key of the advisory lock, so that only one process migrates at a time. It works through a connection pooler too. */
const LOCK = 7_238_114
const LOCK_RETRY_AFTER_MS = 50

/** A statement that waits for a table lock makes all later readers of the table wait, so it gives up, and tries again. */
const LOCK_TIMEOUT_MS = 500
const RETRY_AFTER_MS = 500
const RETRIES = 120
const LOCK_NOT_AVAILABLE = '55P03'

/**
 * The first line of a migration whose statements cannot run in a transaction, such as `create index concurrently`. It runs
 * again from its beginning if it fails: each statement must allow that, as `drop index concurrently if exists` does.
 */
const OUTSIDE = '-- outside a transaction'

type Options = {
  directory?: string
  retries?: number
  /** Only these, to make the schema of a backup. */
  until?: readonly string[]
}

/**
 * Applies the missing migrations in order of file name, each in its own transaction. Returns their names.
 * @throws Error with one sentence for the operator if the database does not suit, is newer, or a migration fails
 */
export async function migrate(
  sql: Pool,
  { directory = DIRECTORY, retries = RETRIES, until }: Options = {},
): Promise<string[]> {
  const files = await migrationsOf(directory)
  const unknown = until?.filter((name) => !files.includes(name)) ?? []
  if (unknown.length) throw new Error(`It has the schema of a newer release (${unknown[0]}): use that release.`)
  await assertSuitable(sql, files)
  const done = await alone(sql, async (own) => {
    await own`create table if not exists migrations (name text primary key, applied_at timestamptz not null)`
    return appliedMigrations(own)
  })
  const applied: string[] = []
  for (const name of files.filter((file) => !done.has(file) && (until?.includes(file) ?? true))) {
    const text = await readFile(new URL(name, pathToFileURL(`${directory}/`)), 'utf8')
    const apply = text.startsWith(OUTSIDE) ? applyOutside : applyInTransaction
    if (await patiently(name, retries, () => apply(sql, name, text))) applied.push(name)
  }
  if (await createJobQueue(sql)) applied.push('graphile_worker')
  return applied
}

/** Returns the names of this release's migrations that the database lacks. */
export async function missingMigrations(sql: Sql): Promise<string[]> {
  const done = await appliedMigrations(sql)
  return (await migrationsOf(DIRECTORY)).filter((name) => !done.has(name))
}

const migrationsOf = async (directory: string): Promise<string[]> =>
  (await readdir(directory)).filter((name) => name.endsWith('.sql')).sort()

/**
 * Runs `work` while no other process migrates. The lock is asked for again and again: `create index concurrently` waits for
 * all statements that run, and would wait for one that waits for the lock.
 */
async function alone<Result>(sql: Pool, work: (own: Sql) => Promise<Result>): Promise<Result> {
  for (;;) {
    const done = await sql.begin(async (own) => {
      const [row] = await own<[{ is_mine: boolean }]>`select pg_try_advisory_xact_lock(${LOCK}) as is_mine`
      return row.is_mine ? { result: await work(own) } : undefined
    })
    if (done) return done.result as Result
    await sleep(LOCK_RETRY_AFTER_MS)
  }
}

const isApplied = async (sql: Sql, name: string): Promise<boolean> => (await appliedMigrations(sql)).has(name)
const record = (sql: Sql, name: string) => sql`insert into migrations values (${name}, now())`

/** Returns false if another process has just applied it. */
const applyInTransaction = (sql: Pool, name: string, text: string): Promise<boolean> =>
  alone(sql, async (own) => {
    if (await isApplied(own, name)) return false
    await own`select set_config('lock_timeout', ${String(LOCK_TIMEOUT_MS)}, true)`
    await own.unsafe(text)
    await record(own, name)
    return true
  })

async function applyOutside(sql: Pool, name: string, text: string): Promise<boolean> {
  const locking = separateConnection(sql)
  try {
    return await alone(locking, async (own) => {
      if (await isApplied(own, name)) return false
      // Closes the portal of the last query, whose snapshot `create index concurrently` would wait for.
      await own.unsafe('select 1')
      for (const statement of text.split(/;\s*$/m).filter((part) => part.trim())) await sql.unsafe(statement)
      await record(own, name)
      return true
    })
  } finally {
    await locking.end({ timeout: 1 })
  }
}

/** Tries again while other transactions hold the locks that a migration needs. */
async function patiently(name: string, retries: number, apply: () => Promise<boolean>): Promise<boolean> {
  for (let tries = 0; ; tries++) {
    try {
      return await apply()
    } catch (error) {
      const { code, message } = error as { code?: string; message: string }
      if (code !== LOCK_NOT_AVAILABLE)
        throw new Error(`Migration ${name} failed, and changed nothing: ${message}`, { cause: error })
      if (tries >= retries)
        throw new Error(
          `Migration ${name} changed nothing, because other transactions hold its tables: try again later.`,
          {
            cause: error,
          },
        )
      await sleep(RETRY_AFTER_MS)
    }
  }
}

/**
 * Creates graphile-worker's schema, so that jobs can be added before the first worker runs. It migrates itself later.
 */
async function createJobQueue(sql: Pool): Promise<boolean> {
  const [row] = await sql<[{ is_there: boolean }]>`
    select to_regclass('graphile_worker.migrations') is not null as is_there`
  if (row.is_there) return false
  const [{ Logger, runMigrations }, { default: pg }] = await Promise.all([import('graphile-worker'), import('pg')])
  const pgPool = await nodePostgresPool(pg, sql, 2)
  try {
    await runMigrations({ pgPool, logger: new Logger(() => () => {}) })
  } finally {
    await pgPool.end()
  }
  return true
}
