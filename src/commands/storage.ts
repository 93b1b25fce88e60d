// Opens the database that the settings name, and migrates it to the schema of this release.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Config } from '#config.ts'
import { readAddress } from '#db/address.ts'
import { type ConnectOptions, connect } from '#db/connect.ts'
import { runningEmbedded } from '#db/embedded/running.ts'
import { DataDirectoryInUse, type Embedded, startEmbedded } from '#db/embedded.ts'
import { migrate } from '#db/migrate.ts'
import { hasPooler, setPooled } from '#db/pooler.ts'
import { openReplica, type Replica } from '#db/replica.ts'
import type { Pool } from '#db/sql.ts'
import { keepPartitions } from '#events/partitions.ts'
import { repairOrder } from '#events/repair-order.ts'
import { type Stopping, unlessStopped } from '#lib/stopping.ts'
import { repairActivities } from '#resources/contacts/activities-queries.ts'
import { closeSearches } from '#search/pool.ts'

export type Storage = {
  sql: Pool
  /** Whether the server runs PostgreSQL itself. */
  is_embedded: boolean
  /** The URL of that PostgreSQL, for other processes of this server. Contains its password. */
  url?: string
  /** A read replica, if there is one. */
  replica?: Replica
  /** Where the data is; contains no password. */
  location: string
  /** The migrations that were missing. */
  migrated: string[]
  close(): Promise<void>
}

type Opening = Pick<
  Config,
  'database_url' | 'database_direct_url' | 'database_read_url' | 'database_pool' | 'data_dir' | 'events_kept_days'
> & {
  log: (line: string) => void
  /** The data is removed at the end: PostgreSQL need not wait for the disk. */
  is_ephemeral?: boolean
  /** How many API processes will use it. Default: 1. */
  api_processes?: number
  /** How long a statement may take, but for changes of the schema. Default: as long as it needs. */
  statement_limit_ms?: number
  /** Leaves the database as it is, for a restore. */
  is_bare?: boolean
  /** A request interrupts the start; a storage that is already open stays open until `close()`. */
  stopping: Stopping
}

const UNSAFE: Record<string, string> = { fsync: 'off', full_page_writes: 'off', synchronous_commit: 'off' }

/** Of the embedded PostgreSQL, for one process; and those of a process besides its pool: searches, notifications, writes. */
const MAX_CONNECTIONS = 100
const OTHER_CONNECTIONS = 12

const urlOf = ({ host, port, user, password, database }: Embedded['options']): string =>
  `postgres://${user}:${encodeURIComponent(password)}@/${database}?host=${encodeURIComponent(host)}&port=${port}`

/** Milliseconds that a command waits for a server that is just starting. */
const START_TIMEOUT_MS = 15_000

/** For a server, which must be the only one on its data directory. @throws DataDirectoryInUse if another one runs. */
export async function openStorage(opening: Opening): Promise<Storage> {
  const { database_url, data_dir, is_ephemeral, log, stopping, database_pool, api_processes = 1 } = opening
  if (database_url) return openExternal(opening, database_url)
  const max_connections = String(MAX_CONNECTIONS + (api_processes - 1) * (database_pool + OTHER_CONNECTIONS))
  const settings = { ...(is_ephemeral && UNSAFE), ...(api_processes > 1 && { max_connections }) }
  const postgres = await startEmbedded({ directory: data_dir, log, stopping, settings })
  const storage = await prepare(opening, postgres.options, { location: postgres.directory, release: postgres.stop })
  return { ...storage, url: urlOf(postgres.options) }
}

/**
 * For one command: uses the embedded PostgreSQL of a running server, or starts it for as long as the command runs. A
 * request to stop ends both.
 */
export async function withStorage<Result>(
  opening: Opening,
  work: (storage: Storage) => Promise<Result>,
): Promise<Result> {
  const storage = await openStorage(opening).catch((error) => {
    if (error instanceof DataDirectoryInUse) return joinRunning(opening)
    throw error
  })
  try {
    return await unlessStopped(opening.stopping.requested, work(storage))
  } finally {
    await storage.close()
  }
}

async function openExternal(opening: Opening, url: string): Promise<Storage> {
  try {
    const options = readAddress(url)
    const is_pooled = await unlessStopped(opening.stopping.requested, hasPooler(options))
    const storage = await prepare(opening, options, { location: 'the PostgreSQL of DATABASE_URL', is_pooled })
    return opening.database_read_url ? await withReplica(opening, storage, opening.database_read_url) : storage
  } catch (error) {
    opening.stopping.requested.throwIfAborted()
    const name = error instanceof WrongReplica ? 'DATABASE_READ_URL' : 'DATABASE_URL'
    throw new Error(`The database of ${name} cannot be used: ${(error as Error).message}`, { cause: error })
  }
}

/** Adds the replica, and closes it with the storage. */
async function withReplica({ database_pool, log }: Opening, storage: Storage, url: string): Promise<Storage> {
  let close = storage.close
  try {
    const options = readAddress(url, 'prefer-standby')
    const is_pooled = await hasPooler(options).catch(() => false)
    const pool = connect({ ...options, max: database_pool, prepare: !is_pooled })
    if (is_pooled) setPooled(pool, null)
    close = async () => {
      await Promise.all([pool.end({ timeout: 0.5 }), closeSearches(pool)])
      await storage.close()
    }
    return { ...storage, replica: await openReplica(storage.sql, pool, log), close }
  } catch (error) {
    await close()
    throw new WrongReplica((error as Error).message)
  }
}

/** The message completes "The database of DATABASE_READ_URL cannot be used: …". */
class WrongReplica extends Error {}

const NO_SESSIONS =
  'DATABASE_URL leads to a connection pooler: statements are parsed each time, and other processes are asked for new work ' +
  'several times a second. Set DATABASE_DIRECT_URL to the PostgreSQL behind it to be told of new work.'

async function joinRunning(opening: Opening): Promise<Storage> {
  const deadline = Date.now() + START_TIMEOUT_MS
  for (;;) {
    opening.stopping.requested.throwIfAborted()
    try {
      return await prepare(opening, runningEmbedded(opening.data_dir), { location: opening.data_dir })
    } catch (error) {
      const isStarting = /^(ENOENT|ECONNREFUSED|57P03|3D000)$/.test((error as { code?: string }).code ?? '')
      if (!isStarting || Date.now() > deadline) throw error
      await sleep(50)
    }
  }
}

async function prepare(
  { database_pool, database_url, database_direct_url, events_kept_days, stopping, log, is_bare, ...opening }: Opening,
  options: ConnectOptions,
  { location, release, is_pooled = false }: { location: string; release?: () => Promise<void>; is_pooled?: boolean },
): Promise<Storage> {
  const { statement_limit_ms = 0 } = opening
  // A pooler refuses settings of a session.
  const limits = statement_limit_ms && !is_pooled ? { statement_timeout: statement_limit_ms } : {}
  const sql = connect({
    ...options,
    max: database_pool,
    prepare: !is_pooled,
    connection: { ...options.connection, ...limits },
  })
  const direct = is_pooled && database_direct_url ? connect({ ...readAddress(database_direct_url), max: 2 }) : null
  if (is_pooled) setPooled(sql, direct)
  if (is_pooled && !direct) log(NO_SESSIONS)
  const close = async () => {
    await Promise.all([sql.end({ timeout: 0.5 }), direct?.end({ timeout: 0.5 }), closeSearches(sql)])
    await release?.()
  }
  const update = async (sql: Pool) => {
    const migrated = await migrate(sql)
    await repairOrder(sql)
    await keepPartitions(sql, events_kept_days)
    await repairActivities(sql)
    return migrated
  }
  try {
    if (is_bare) return { sql, is_embedded: !database_url, location, migrated: [], close }
    const migrated = await unlessStopped(stopping.requested, withoutLimits(direct ?? sql, update))
    return { sql, is_embedded: !database_url, location, migrated, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** Changes of the schema can take as long as they need. Behind a pooler there are no limits to lift. */
async function withoutLimits<Result>(sql: Pool, work: (sql: Pool) => Promise<Result>): Promise<Result> {
  const { statement_timeout } = sql.options.connection as { statement_timeout?: number }
  if (!statement_timeout) return work(sql)
  const unlimited = connect({
    ...(sql.options as unknown as ConnectOptions),
    max: 2,
    connection: { ...(sql.options.connection as object), statement_timeout: 0 },
  } as ConnectOptions)
  try {
    return await work(unlimited)
  } finally {
    await unlimited.end({ timeout: 0.5 })
  }
}
