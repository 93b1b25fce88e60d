// Migrations: which databases they refuse, what a failure leaves, and that readers do not wait for them.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { serverOptions, testDatabase } from '../../test/database.ts'
import { connect } from './connect.ts'
import { migrate } from './migrate.ts'
import type { Pool } from './sql.ts'

const server = serverOptions()
const maintenance = connect({ ...server, database: 'postgres', max: 1 })
const migrated = await testDatabase()
const opened: Pool[] = []
const made: string[] = []
after(async () => {
  await Promise.all(opened.map((sql) => sql.end({ timeout: 1 })))
  for (const name of made) await maintenance.unsafe(`drop database if exists ${name} with (force)`)
  await maintenance.unsafe('drop role if exists interphone_reader')
  await maintenance.end()
  await migrated.close()
})

const pool = (options: object): Pool => {
  const sql = connect({ ...server, max: 3, ...options })
  opened.push(sql)
  return sql
}

async function emptyDatabase(name: string, more = ''): Promise<Pool> {
  made.push(name)
  await maintenance.unsafe(`create database ${name} template template0 ${more}`)
  return pool({ database: name })
}

/** A folder with the migrations of this release's names, and those given. */
function directoryWith(files: Record<string, string>): string {
  const directory = mkdtempSync(join(tmpdir(), 'migrations-'))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text)
  after(() => rmSync(directory, { recursive: true }))
  return directory
}

describe('a database that does not suit is refused with one sentence that says what to do', () => {
  test('another encoding', async () => {
    const sql = await emptyDatabase('latin', "encoding 'LATIN1' locale 'C'")
    await assert.rejects(migrate(sql), /encoded in LATIN1: create one with encoding 'UTF8'/)
  })

  test("another program's tables", async () => {
    const sql = await emptyDatabase('other_program')
    await sql`create table invoices (id int)`
    await assert.rejects(migrate(sql), /other_program holds tables that are not Interphone's \(invoices\)/)
    assert.equal((await sql`select 1 from pg_tables where schemaname = 'public'`).length, 1)
  })

  test("another program's migrations", async () => {
    const sql = await emptyDatabase('other_migrations')
    await sql`create table migrations (id int, migration text, batch int)`
    await assert.rejects(migrate(sql), /holds the tables of another program/)
  })

  test('an account that may not create tables', async () => {
    const sql = await emptyDatabase('no_rights')
    await maintenance.unsafe(`create role interphone_reader login password 'reader'`)
    const reader = pool({ database: 'no_rights', user: 'interphone_reader', password: 'reader' })
    await assert.rejects(migrate(reader), (error: Error) => {
      const [, grants = ''] = /run "(.*)"/.exec(error.message) ?? []
      assert.match(grants, /grant create on schema public to interphone_reader; grant create on database no_rights/)
      assert.ok(!error.message.includes('password'))
      return true
    })
    await sql.unsafe(
      'grant create on schema public to interphone_reader; grant create on database no_rights to interphone_reader',
    )
    assert.ok((await migrate(reader)).length > 0)
  })

  test('a schema of a newer release', async () => {
    const sql = await emptyDatabase('newer')
    const older = directoryWith({ '0001_a.sql': 'create table a ()' })
    const newer = directoryWith({ '0001_a.sql': 'create table a ()', '0002_b.sql': 'create table b ()' })
    await migrate(sql, { directory: newer })
    await assert.rejects(migrate(sql, { directory: older }), /newer release \(0002_b\.sql\): start that release/)
  })
})

test('a migration that fails changes nothing, says so, and can be tried again', async () => {
  const { sql } = migrated
  const directory = directoryWith({ '9001_fails.sql': 'create table halfway (); select 1 / 0' })
  await assert.rejects(
    migrate(sql, { directory }),
    /Migration 9001_fails\.sql failed, and changed nothing: division by zero/,
  )
  assert.equal((await sql`select to_regclass('halfway') as there`)[0]?.['there'], null)
  const mended = directoryWith({ '9001_fails.sql': 'create table halfway ()' })
  assert.deepEqual(await migrate(sql, { directory: mended }), ['9001_fails.sql'])
  assert.deepEqual(await migrate(sql, { directory: mended }), [])
})

test('a migration that waits for a table lets readers of the table pass, and goes on when it is free', async () => {
  const { sql } = migrated
  await sql`create table busy (id int)`
  const directory = directoryWith({ '9002_busy.sql': 'alter table busy add column more int' })
  let free = () => {}
  const holder = sql.begin(async (own) => {
    await own`select * from busy`
    await new Promise<void>((resolve) => {
      free = resolve
    })
  })
  const migrating = migrate(sql, { directory })
  const waits = () =>
    sql`select 1 from pg_stat_activity where wait_event_type = 'Lock' and query like 'alter table busy%'`
  while (!(await waits()).length) await new Promise((resolve) => setTimeout(resolve, 5))
  const reader = pool({ database: migrated.name, max: 1 })
  await reader`select set_config('statement_timeout', '3s', false)`
  await reader`select * from busy`
  free()
  await holder
  assert.deepEqual(await migrating, ['9002_busy.sql'])
})

test('a migration that never gets its table says that it changed nothing', async () => {
  const { sql } = migrated
  await sql`create table held (id int)`
  const directory = directoryWith({ '9003_held.sql': 'alter table held add column more int' })
  await sql.begin(async (own) => {
    await own`select * from held`
    await assert.rejects(migrate(sql, { directory, retries: 0 }), /9003_held\.sql changed nothing.*try again later/)
  })
})

test('an index is created without a transaction, once, also by two processes at the same time', async () => {
  const { sql, name } = migrated
  await sql`create table wide (id int)`
  const text =
    '-- outside a transaction\ndrop index concurrently if exists wide_id;\ncreate index concurrently wide_id on wide (id);\n'
  const directory = directoryWith({ '9004_index.sql': text })
  const other = pool({ database: name })
  const applied = await Promise.all([migrate(sql, { directory }), migrate(other, { directory })])
  assert.deepEqual(applied.flat(), ['9004_index.sql'])
  const [index] = await sql`select indisvalid from pg_index where indexrelid = 'wide_id'::regclass`
  assert.equal(index?.['indisvalid'], true)
})
