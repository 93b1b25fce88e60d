// The database that the settings name, opened and brought to this release's schema.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Config } from '#config.ts'
import { type ConnectOptions, connect } from '#db/connect.ts'
import { runningEmbedded } from '#db/embedded/running.ts'
import { DataDirectoryInUse, startEmbedded } from '#db/embedded.ts'
import { migrate } from '#db/migrate.ts'
import type { Pool } from '#db/sql.ts'

export type Storage = {
  sql: Pool
  /** Whether the server runs PostgreSQL itself, or somebody else does. */
  is_embedded: boolean
  /** Where the data lies, in words without a password. */
  location: string
  /** The migrations that were missing. */
  migrated: string[]
  close(): Promise<void>
}

type Opening = Pick<Config, 'database_url' | 'database_pool' | 'data_dir'>

/** Milliseconds that a command waits for a server that is just starting. */
const PATIENCE_MS = 15_000

/** For a server: the embedded PostgreSQL is its own, and DataDirectoryInUse is thrown where another has it. */
export async function openStorage(config: Opening, log: (line: string) => void): Promise<Storage> {
  if (config.database_url) return openOthers(config, config.database_url)
  const postgres = await startEmbedded({ directory: config.data_dir, log })
  return prepared(config, postgres.options, { location: postgres.directory, release: postgres.stop })
}

/** For one command: the embedded PostgreSQL of a running server is used; where none runs, it is started for a while. */
export async function withStorage<Result>(
  config: Opening,
  log: (line: string) => void,
  work: (storage: Storage) => Promise<Result>,
): Promise<Result> {
  const storage = await openStorage(config, log).catch((error) => {
    if (error instanceof DataDirectoryInUse) return joinRunning(config)
    throw error
  })
  try {
    return await work(storage)
  } finally {
    await storage.close()
  }
}

async function openOthers(config: Opening, url: string): Promise<Storage> {
  return prepared(config, addressOf(url), { location: 'the PostgreSQL of DATABASE_URL' }).catch((error) => {
    throw new Error(`The database of DATABASE_URL cannot be used: ${error.message}`, { cause: error })
  })
}

/** As psql does: `?host=/var/run/postgresql` names the directory of a unix socket. */
function addressOf(url: string): ConnectOptions {
  const parsed = URL.parse(url)
  const host = parsed?.searchParams.get('host')
  if (!parsed || !host) return { url }
  parsed.searchParams.delete('host')
  return { url: parsed.href, host }
}

async function joinRunning(config: Opening): Promise<Storage> {
  const deadline = Date.now() + PATIENCE_MS
  for (;;) {
    try {
      return await prepared(config, runningEmbedded(config.data_dir), { location: config.data_dir })
    } catch (error) {
      const isStarting = /^(ENOENT|ECONNREFUSED|57P03|3D000)$/.test((error as { code?: string }).code ?? '')
      if (!isStarting || Date.now() > deadline) throw error
      await sleep(50)
    }
  }
}

async function prepared(
  { database_pool, database_url }: Opening,
  options: ConnectOptions,
  { location, release }: { location: string; release?: () => Promise<void> },
): Promise<Storage> {
  const sql = connect({ ...options, max: database_pool })
  const close = async () => {
    await sql.end({ timeout: 0.5 })
    await release?.()
  }
  try {
    const migrated = await migrate(sql)
    return { sql, is_embedded: !database_url, location, migrated, close }
  } catch (error) {
    await close()
    throw error
  }
}
