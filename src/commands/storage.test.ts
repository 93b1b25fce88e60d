// The database that the settings name: how long its statements may take.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { readConfig } from '#config.ts'
import { separateConnection } from '#db/connect.ts'
import { copyConnection } from '#db/copy.ts'
import type { Pool } from '#db/sql.ts'
import { UNSTOPPED } from '#lib/stopping.ts'
import { testDatabase, urlOf } from '../../test/database.ts'
import { openStorage } from './storage.ts'

const database = await testDatabase()
after(() => database.close())
const opening = { ...readConfig({ DATABASE_URL: urlOf(database) }), log: assert.fail, stopping: UNSTOPPED }

const limitOf = async (sql: Pool): Promise<string> => {
  const [{ ms }] = await sql<[{ ms: string }]>`select current_setting('statement_timeout') as ms`
  return ms
}

test('each statement of a server ends after its time limit, and the error is transient', async () => {
  const { sql, close } = await openStorage({ ...opening, statement_limit_ms: 200 })
  await assert.rejects(sql`select pg_sleep(30)`, { code: '57014' })
  assert.equal(await limitOf(sql), '200ms')
  await close()
})

test('the connection for writes that survive a rollback has the same limit; exports and commands have none', async () => {
  const server = await openStorage({ ...opening, statement_limit_ms: 60_000 })
  const command = await openStorage(opening)
  const [separate, copying] = [separateConnection(server.sql), copyConnection(server.sql)]
  assert.deepEqual(await Promise.all([separate, copying, command.sql].map(limitOf)), ['1min', '0', '0'])
  await Promise.all([separate.end(), copying.end(), server.close(), command.close()])
})

test('a migration may take longer than the limit', async () => {
  await database.sql`delete from migrations where name = '0109_shared_rate_limits.sql'`
  await database.sql`drop table rate_limit_slices`
  // Whatever the migrations do, the first statement of each waits longer than the limit.
  await database.sql`
    create function slow() returns event_trigger language plpgsql as $$ begin perform pg_sleep(0.4); end $$`
  await database.sql`create event trigger slow on ddl_command_start execute function slow()`
  const { migrated, close } = await openStorage({ ...opening, statement_limit_ms: 200 })
  await close()
  assert.deepEqual(migrated, ['0109_shared_rate_limits.sql'])
})
