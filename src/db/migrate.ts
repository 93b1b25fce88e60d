// Migrates a database to the schema of this release: plain SQL files, forward only, each in its own transaction.
import { readdir, readFile } from 'node:fs/promises'
import { connectionString } from './connect.ts'
import type { Pool, Sql } from './sql.ts'

const DIRECTORY = new URL('../../migrations/', import.meta.url)
/** The key of the advisory lock, so that only one process migrates at a time. */
const LOCK = 7_238_114

/** Applies the missing migrations in order of file name. Returns their names. */
export async function migrate(sql: Pool): Promise<string[]> {
  const files = (await readdir(DIRECTORY)).filter((name) => name.endsWith('.sql')).sort()
  const applied: string[] = []
  const connection = await sql.reserve()
  try {
    await connection`select pg_advisory_lock(${LOCK})`
    await connection`create table if not exists migrations (name text primary key, applied_at timestamptz not null)`
    const done = new Set((await connection<{ name: string }[]>`select name from migrations`).map(({ name }) => name))
    for (const name of files.filter((file) => !done.has(file))) {
      const text = await readFile(new URL(name, DIRECTORY), 'utf8')
      await connection
        .unsafe(`begin; ${text}; insert into migrations values ('${name}', now()); commit;`)
        .catch(async (error) => {
          await connection`rollback`
          throw new Error(`Migration ${name} failed: ${error.message}`, { cause: error })
        })
      applied.push(name)
    }
    if (await createJobQueue(connection, connectionString(sql))) applied.push('graphile_worker')
    return applied
  } finally {
    await connection`select pg_advisory_unlock(${LOCK})`.catch(() => {})
    connection.release()
  }
}

/**
 * Creates graphile-worker's schema, so that jobs can be added before the first worker runs. It migrates itself later.
 */
async function createJobQueue(sql: Sql, url: string): Promise<boolean> {
  const [row] = await sql<[{ is_there: boolean }]>`
    select to_regclass('graphile_worker.migrations') is not null as is_there`
  if (row.is_there) return false
  const { Logger, runMigrations } = await import('graphile-worker')
  await runMigrations({ connectionString: url, logger: new Logger(() => () => {}) })
  return true
}
