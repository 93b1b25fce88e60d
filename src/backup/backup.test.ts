// A backup under load, restored elsewhere: everything that was acknowledged before it began; or nothing, if it is not whole.
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { after, describe, test } from 'node:test'
import { connect } from '#db/connect.ts'
import type { Pool } from '#db/sql.ts'
import { diskStorage } from '#files/disk.ts'
import { newKey } from '#files/keys.ts'
import { enqueue } from '#jobs/enqueue.ts'
import { fillWithDemo } from '#resources/index.ts'
import { testApp } from '../../test/app.ts'
import { serverOptions } from '../../test/database.ts'
import { dump } from './dump.ts'
import { load } from './load.ts'
import { listTables, nameOf } from './tables.ts'

const t = await testApp()
const { sql } = t.database
await fillWithDemo(sql, t.workspace)
await enqueue(sql, { name: 'audiences:nothing', payload: { text: 'tab\t, line\n, \\. and back\\slash' } })
await t.call('POST /contacts', { external_id: 'odd', name: 'tab\t line\n end \\. back\\slash "quotes" ü 😀' })

const folder = mkdtempSync(join(tmpdir(), 'backup-'))
after(() => rmSync(folder, { recursive: true }))
const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, n) => n % 251))
const KEY = newKey(t.workspace.id)
mkdirSync(dirname(join(folder, 'from/files', KEY)), { recursive: true })
writeFileSync(join(folder, 'from/files', KEY), bytes)

const maintenance = connect({ ...serverOptions(), database: 'postgres', max: 1 })
let made = 0
async function emptyDatabase(): Promise<Pool> {
  const name = `restored_${process.pid}_${made++}`
  await maintenance.unsafe(`create database ${name} template template0`)
  const pool = connect({ ...serverOptions(), database: name, max: 3 })
  after(async () => {
    await pool.end({ timeout: 1 })
    await maintenance.unsafe(`drop database ${name} with (force)`)
  })
  return pool
}
after(() => maintenance.end())

async function dumped(): Promise<Buffer> {
  const target = new PassThrough()
  const pieces: Buffer[] = []
  target.on('data', (piece) => pieces.push(piece))
  await dump({ sql, files: join(folder, 'from/files'), secrets: { 'secret-key': 'the key' }, key: 'print' }, target)
  return Buffer.concat(pieces)
}

async function restoreTo(pool: Pool, backup: Buffer, name = 'to') {
  const secrets: Record<string, string> = {}
  const keepSecret = (file: string, text: string) => void Object.assign(secrets, { [file]: text })
  mkdirSync(join(folder, name), { recursive: true })
  const files = await diskStorage(join(folder, name))
  return { ...(await load({ sql: pool, files, keepSecret }, Readable.from([backup]))), secrets }
}

/** Returns the number of rows of each table, and a sum over what is in them. */
async function contents(pool: Pool): Promise<Record<string, string>> {
  const found: Record<string, string> = {}
  for (const table of await listTables(pool)) {
    const columns = table.columns.filter((column) => column !== 'words').map((column) => `"${column}"`)
    const [row] = await pool.unsafe(
      `select count(*) || ' ' || coalesce(sum(hashtext(t::text)::numeric), 0) as sum from (select ${columns.join(', ')} from ${nameOf(table)}) t`,
    )
    found[nameOf(table)] = row?.['sum']
  }
  return found
}

test('every row, attached file and secret is restored, and new ids follow the old ones', async () => {
  const before = await contents(sql)
  const backup = await dumped()
  const pool = await emptyDatabase()
  const { secrets, files, manifest, rows } = await restoreTo(pool, backup)
  assert.deepEqual(await contents(pool), before)
  assert.ok(Object.keys(before).length > 80 && rows > 100, `${Object.keys(before).length} tables, ${rows} rows`)
  assert.deepEqual([secrets, files, manifest.key], [{ 'secret-key': 'the key' }, 1, 'print'])
  assert.deepEqual(readFileSync(join(folder, 'to/files', KEY)), bytes)
  const [{ last }] = await sql<[{ last: string }]>`select max(id) as last from tags`
  const [{ next }] = await pool<[{ next: string }]>`
    insert into tags (workspace_id, name, created_at) values (${t.workspace.id}, 'next', now()) returning id as next`
  assert.ok(Number(next) > Number(last))
  const [off] = await pool`select count(*)::int as n from pg_trigger where not tgisinternal and tgenabled = 'D'`
  const [keys] = await pool`select count(*)::int as n from pg_constraint where contype = 'f'`
  const [keys_before] = await sql`select count(*)::int as n from pg_constraint where contype = 'f'`
  assert.deepEqual([off?.['n'], keys?.['n']], [0, keys_before?.['n']])
})

test('what was acknowledged before a backup began is in it, and what comes later is in it whole or not at all', async () => {
  const acknowledged: string[] = []
  let over = false
  const writing = (async () => {
    for (let n = 0; !over; n++) {
      const { body } = await t.call('POST /contacts', { external_id: `loaded ${n}` })
      acknowledged.push(body.id)
    }
  })()
  while (acknowledged.length < 20) await new Promise((resolve) => setTimeout(resolve, 5))
  const certain = [...acknowledged]
  const backup = await dumped()
  over = true
  await writing
  const pool = await emptyDatabase()
  await restoreTo(pool, backup, 'loaded')
  const kept = new Set((await pool<{ id: string }[]>`select id from contacts`).map(({ id }) => id))
  assert.deepEqual(
    certain.filter((id) => !kept.has(id)),
    [],
  )
  const [orphans] = await pool`
    select count(*)::int as n from events where object_type = 'contact' and object_id not in (select id from contacts)`
  assert.equal(orphans?.['n'], 0)
})

describe('nothing is restored from', () => {
  const broken: [name: string, of: (backup: Buffer) => Buffer, why: RegExp][] = [
    ['a file that is cut off', (backup) => backup.subarray(0, backup.length / 2), /not a whole backup/],
    ['a file without its last bytes', (backup) => backup.subarray(0, backup.length - 40), /not a whole backup/],
    ['another file', () => Buffer.from('hello'), /not a (whole )?backup/],
    ['an empty file', () => Buffer.alloc(0), /not a (whole )?backup/],
  ]
  for (const [name, of, why] of broken)
    test(name, async () => {
      const pool = await emptyDatabase()
      await assert.rejects(restoreTo(pool, of(await dumped()), name), why)
      const [there] = await pool`select to_regclass('workspaces') is not null as there`
      if (there?.['there']) assert.equal((await pool`select from workspaces`).count, 0)
    })
})

test('a database that has workspaces is not restored into', async () => {
  const before = await contents(sql)
  await assert.rejects(restoreTo(sql, await dumped(), 'used'), /has workspaces already/)
  assert.deepEqual(await contents(sql), before)
})
