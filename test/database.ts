// A database for each test file, cloned from the template that setup.ts migrated once.
import { randomBytes } from 'node:crypto'
import { connect } from '#db/connect.ts'
import type { Pool } from '#db/sql.ts'

export const TEMPLATE = 'interphone_template'

/** The address of the tests' PostgreSQL, which setup.ts passes in the environment. */
export function serverOptions(): { host: string; port?: number; user: string; password?: string } {
  const text = process.env['TEST_POSTGRES']
  if (!text) throw new Error('Run the tests through `npm test`, which starts the PostgreSQL they need.')
  return JSON.parse(text)
}

export type TestDatabase = { sql: Pool; name: string; close(): Promise<void> }

export async function testDatabase(): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`
  const server = serverOptions()
  const maintenance = connect({ ...server, database: 'postgres', max: 1 })
  await maintenance.unsafe(`create database ${name} template ${TEMPLATE} strategy file_copy`)
  const sql = connect({ ...server, database: name, max: 6 })
  return {
    sql,
    name,
    async close() {
      await sql.end({ timeout: 1 })
      await maintenance.unsafe(`drop database ${name} with (force)`)
      await maintenance.end()
    },
  }
}

/** The DATABASE_URL for a server in a process of its own. */
export function urlOf({ name }: Pick<TestDatabase, 'name'>): string {
  const { host, port = 5432, user, password = '' } = serverOptions()
  return `postgres://${user}:${password}@localhost:${port}/${name}?host=${encodeURIComponent(host)}`
}
