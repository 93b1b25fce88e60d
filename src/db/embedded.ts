// The PostgreSQL that the server runs itself when no DATABASE_URL is set: started, watched, started again, stopped.
import { existsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type postgres from 'postgres'
import { type Stopping, UNSTOPPED, unlessStopped } from '#lib/stopping.ts'
import driver from './driver.ts'
import { programsFor } from './embedded/binaries.ts'
import { DATABASE, initialise, passwordFile, passwordOf, USER } from './embedded/cluster.ts'
import { PORT } from './embedded/data.ts'
import { clearLeftovers } from './embedded/leftovers.ts'
import { type Location, locate, openDirectory } from './embedded/location.ts'
import { acquireLock } from './embedded/lock.ts'
import { type Postmaster, type StartOptions, startPostmaster } from './embedded/postmaster.ts'
import { removeShortPath, shortPath } from './embedded/short-path.ts'

export type Embedded = {
  /** For `postgres(…)` and `new pg.Pool(…)` alike; `host` is the directory of the unix socket. */
  readonly options: {
    readonly host: string
    readonly port: number
    readonly user: string
    readonly password: string
    readonly database: string
  }
  /** For psql and for people: names the password file instead of the password. */
  readonly url: string
  /** Where the data is: `<directory>/postgres`, or what that links to. */
  readonly directory: string
  /** Stops PostgreSQL, then releases the data directory. Further calls wait for the same stop. */
  stop(): Promise<void>
}

export class DataDirectoryInUse extends Error {
  constructor(directory: string) {
    super(`Another running server uses the data directory ${directory}: stop that one, or give this one its own.`)
    this.name = 'DataDirectoryInUse'
  }
}

/**
 * Durable, and sized for one server. Statements are not logged: they contain customers' data, and clients get the
 * errors.
 */
const SETTINGS = {
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  shared_buffers: '256MB',
  max_connections: '100',
  max_wal_size: '2GB',
  random_page_cost: '1.1',
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_min_messages: 'log',
  log_checkpoints: 'off',
}

/** After PostgreSQL has run this long, the backoff starts again from its shortest pause. */
const STEADY_MS = 10_000
const MIN_BACKOFF_MS = 50
const MAX_BACKOFF_MS = 5_000
/** How long a start waits for the processes of an earlier run to release the data. */
const RELEASE_TIMEOUT_MS = 30_000

/**
 * Starts PostgreSQL on `directory` (created, and filled, on first use) and keeps it running until `stop()`.
 * Processes that an earlier, killed server left running are stopped first; no committed data is lost.
 * @param settings PostgreSQL settings that differ from the durable defaults.
 * @param stopping a request ends a running start, and `overdue` ends PostgreSQL at once, at any time; neither loses
 * committed data.
 * @throws DataDirectoryInUse if another live server has the directory; the reason of a request to stop; Error with one
 * clear sentence otherwise.
 */
export async function startEmbedded({
  directory,
  log = () => {},
  settings = {},
  stopping = UNSTOPPED,
}: {
  directory: string
  log?: (line: string) => void
  settings?: Record<string, string>
  stopping?: Stopping
}): Promise<Embedded> {
  if (process.platform === 'win32')
    throw new Error(
      'The embedded PostgreSQL needs Linux or macOS: use WSL, or set DATABASE_URL to a PostgreSQL of yours.',
    )
  const base = openDirectory(directory)
  const unlock = await acquireLock(base)
  if (!unlock) throw new DataDirectoryInUse(base)
  const { requested, overdue } = stopping
  const ending = new AbortController()
  const end = () => ending.abort(requested.reason)
  for (const signal of [requested, overdue]) signal.addEventListener('abort', end)
  if (requested.aborted) end()
  let supervised: Promise<void> | undefined
  const releases = [unlock, () => overdue.removeEventListener('abort', end)]
  const release = () => {
    for (const each of releases.reverse()) each()
  }
  try {
    const location = locate(base)
    const { home } = location
    const { native, remove } = programsFor(location)
    releases.push(remove, () => removeShortPath(home))
    const until = { requested: ending.signal, overdue }
    if (!existsSync(home))
      await initialise(location, { native, durable: settings['fsync'] !== 'off', stop: ending.signal })
    const options = { host: shortPath(home), port: PORT, user: USER, password: passwordOf(home), database: DATABASE }
    const start = () => startCleared(location, { native, settings: { ...SETTINGS, ...settings }, stopping: until })
    supervised = supervise(await start(), start, log, ending.signal)
    await unlessStopped(ending.signal, ensureDatabase(options))
    requested.removeEventListener('abort', end)
    const [host, passfile] = [options.host, passwordFile(home)].map(encodeURIComponent)
    let stopped: Promise<void> | undefined
    return {
      options,
      url: `postgresql://${USER}@/${DATABASE}?host=${host}&passfile=${passfile}`,
      directory: home,
      stop: () => {
        ending.abort()
        stopped ??= supervised!.then(release)
        return stopped
      },
    }
  } catch (error) {
    requested.removeEventListener('abort', end)
    ending.abort()
    await supervised
    release()
    throw requested.aborted ? requested.reason : error
  }
}

/** Starts PostgreSQL as soon as the processes and files of an earlier run are cleared. */
async function startCleared(location: Location, options: StartOptions): Promise<Postmaster> {
  const deadline = Date.now() + RELEASE_TIMEOUT_MS
  for (;;) {
    await clearLeftovers(location.home, options.stopping)
    try {
      return await startPostmaster(location, options)
    } catch (error) {
      const lingering = /pre-existing shared memory block|lock file .* already exists/.test(String(error))
      if (!lingering || options.stopping.requested.aborted || Date.now() > deadline) throw error
      await sleep(100)
    }
  }
}

/** Starts PostgreSQL again whenever it ends, with backoff if it ends soon, until `stop`. */
async function supervise(
  postmaster: Postmaster,
  start: () => Promise<Postmaster>,
  log: (line: string) => void,
  stop: AbortSignal,
): Promise<void> {
  let backoff = MIN_BACKOFF_MS
  let current: Postmaster | undefined = postmaster
  let since = Date.now()
  for (;;) {
    const how = await current?.ended
    if (stop.aborted) return
    if (how) log(`PostgreSQL ended unexpectedly (${how}); starting it again`)
    if (Date.now() - since > STEADY_MS) backoff = MIN_BACKOFF_MS
    await sleep(backoff, undefined, { signal: stop }).catch(() => {})
    backoff = Math.min(backoff * 2, MAX_BACKOFF_MS)
    if (stop.aborted) return
    since = Date.now()
    current = await start().catch((error: Error) => {
      if (!stop.aborted) log(error.message)
      return undefined
    })
    if (current && !stop.aborted) log(`PostgreSQL is running again after ${Date.now() - since} ms`)
  }
}

/** Creates the database on first use, or after a crash between the creation of the cluster and of its database. */
async function ensureDatabase(options: Embedded['options']): Promise<void> {
  const absent = await connect(options, (sql) => sql`select 1`).then(
    () => false,
    (error: { code?: string }) => {
      if (error.code === '3D000') return true
      throw error
    },
  )
  if (absent) await connect({ ...options, database: 'postgres' }, (sql) => sql`create database ${sql(DATABASE)}`)
}

async function connect(options: Embedded['options'], work: (sql: postgres.Sql) => PromiseLike<unknown>): Promise<void> {
  const sql = driver({ ...options, max: 1, connect_timeout: 30, onnotice: () => {} })
  try {
    await work(sql)
  } finally {
    await sql.end({ timeout: 1 })
  }
}
