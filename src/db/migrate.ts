// Brings a database to the schema of this release: plain SQL files, forward only, each in its own transaction.
import { readdir, readFile } from 'node:fs/promises'
import { connectionString } from './connect.ts'
import type { Pool, Sql } from './sql.ts'

const DIRECTORY = new URL('../../migrations/', import.meta.url)
/** Two processes that start at once must not migrate at once: the lock's number is ours alone. */
const LOCK = 7_238_114

/** Applies what is missing, in order of file name, and says which. */
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

/** graphile-worker's own schema, so that jobs can be added before a worker has ever run. Later versions of it migrate themselves. */
async function createJobQueue(sql: Sql, url: string): Promise<boolean> {
  const [row] = await sql<[{ is_there: boolean }]>`
    select to_regclass('graphile_worker.migrations') is not null as is_there`
  if (row.is_there) return false
  const { Logger, runMigrations } = await import('graphile-worker')
  await runMigrations({ connectionString: url, logger: new Logger(() => () => {}) })
  return true
}
