// Stops before the server is ready: at any moment of the first start nothing is left running, and the next start is a first one.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { existsSync, globSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect } from '#db/connect.ts'
import { dataOf, isReady, pidFile } from '#db/embedded/data.ts'
import { runningEmbedded } from '#db/embedded/running.ts'
import { freePort } from '#lib/free-port.ts'
import { serverOptions } from '../database.ts'
import { dataDirectory, launch, run, start } from './program.ts'
import { allGone, CTRL_C, npmSettings, READY, terminal } from './terminal.ts'

const home = dataDirectory()
const port = await freePort()
const settingsFor = (directory: string) => npmSettings({ home, directory, port })

async function until(condition: () => unknown) {
  for (const deadline = Date.now() + 30_000; !(await condition()); await sleep(2))
    if (Date.now() > deadline) throw new Error('It did not come to that')
}

const dataIn = (directory: string) => dataOf(join(directory, 'postgres'))

/** The visible signs of each point of the start, in order. */
const MOMENTS: [name: string, hasCome: (directory: string) => unknown][] = [
  ['node is starting', (directory) => readdirSync(directory).some((name) => name.startsWith('postgres.lock'))],
  ['initdb is writing', (directory) => globSync('postgres.new-*/data/PG_VERSION', { cwd: directory }).length],
  ['PostgreSQL is starting', (directory) => pidFile(dataIn(directory)).length],
  ['PostgreSQL is ready', (directory) => isReady(dataIn(directory), Number(pidFile(dataIn(directory))[0]))],
  ['the schema is being made', (directory) => query(directory, "select to_regclass('migrations') as found")],
  ['the first workspace is being made', (directory) => query(directory, 'select 1 as found from workspaces limit 1')],
]

async function query(directory: string, text: string): Promise<boolean> {
  if (!existsSync(join(directory, 'postgres'))) return false
  const sql = connect({ ...runningEmbedded(directory), max: 1, connect_timeout: 1 })
  const rows = await sql.unsafe(text).catch(() => [])
  await sql.end({ timeout: 0 })
  return rows.some(({ found }) => found)
}

describe('npm start ends by Ctrl-C, typed twice', () => {
  for (const [name, hasCome] of MOMENTS) {
    test(`while ${name}`, async () => {
      const directory = dataDirectory()
      const server = terminal('npm start', settingsFor(directory))
      await until(() => hasCome(directory))
      server.type(CTRL_C + CTRL_C)
      await allGone(directory)
      const { code } = await server.ended
      assert.equal(code, 0, server.out())
      assert.doesNotMatch(server.out(), /error|could not|did not/i)
      assert.ok(!existsSync(join(dataIn(directory), 'postmaster.pid')), 'PostgreSQL did not end in order')
      assert.deepEqual(globSync('*.new-*', { cwd: directory }), [])

      const again = start(['serve'], settingsFor(directory))
      await again.says(READY)
      assert.equal((await again.end('SIGTERM')).code, 0)
    })
  }
})

test('npm start ends by Ctrl-C at any other moment too', async () => {
  const directory = dataDirectory()
  for (let ms = 50; ms < 1_000; ms += 150) {
    const server = terminal('npm start', settingsFor(directory))
    await sleep(ms)
    server.type(CTRL_C + CTRL_C)
    await allGone(directory)
    await server.ended
  }
  const server = start(['serve'], settingsFor(directory))
  await server.says(READY)
  await server.end('SIGTERM')
})

test('a start that waits for the database of DATABASE_URL ends at once', async (t) => {
  const name = `test_${randomBytes(6).toString('hex')}`
  const maintenance = connect({ ...serverOptions(), database: 'postgres', max: 1 })
  await maintenance.unsafe(`create database ${name}`)
  const { host, port: pg, user, password } = serverOptions()
  const sql = connect({ ...serverOptions(), database: name, max: 1 })
  t.after(async () => {
    await sql.end({ timeout: 1 })
    await maintenance.unsafe(`drop database ${name} with (force)`)
    await maintenance.end()
  })
  // Another server is migrating it.
  await sql`select pg_advisory_lock(7238114)`
  const DATABASE_URL = `postgres://${user}:${password}@localhost:${pg}/${name}?host=${encodeURIComponent(String(host))}`
  const server = start(['serve'], { ...settingsFor(dataDirectory()), DATABASE_URL })
  const waiting = () =>
    maintenance`select from pg_stat_activity where datname = ${name} and query like '%pg_try_advisory_xact_lock%' and pid <> pg_backend_pid()`
  await until(async () => (await waiting()).length)
  const { code, ms, err } = await server.end('SIGINT')
  assert.deepEqual([code, err], [0, ''])
  assert.ok(ms < 2_000, `${ms} ms`)
})

test('a command with its own PostgreSQL ends with 130, and PostgreSQL with it', async () => {
  const directory = dataDirectory()
  const command = launch('npm', ['run', 'interphone', '--', 'migrate'], settingsFor(directory), { detached: true })
  await until(() => globSync('postgres.new-*/data/PG_VERSION', { cwd: directory }).length)
  process.kill(-command.child.pid!, 'SIGINT')
  await allGone(directory)
  const { code, err } = await command.ended
  assert.equal(code, 130)
  assert.match(err, /^Stopped by SIGINT$/m)
  const again = await run(['migrate'], settingsFor(directory))
  assert.equal(again.code, 0, again.err)
  await allGone(directory)
})
