// A server on another PostgreSQL: what the first start creates, and that the token is shown once.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, test } from 'node:test'
import { connect } from '#db/connect.ts'
import type { Pool } from '#db/sql.ts'
import { freePort } from '#lib/free-port.ts'
import { serverOptions } from '../database.ts'
import { dataDirectory, run, type Settings, start } from './program.ts'

const INTERPHONE_DATA_DIR = dataDirectory()
const { host, port, user, password = '' } = serverOptions()
const maintenance = connect({ ...serverOptions(), database: 'postgres', max: 1 })
after(() => maintenance.end())

/** Creates an empty database. Returns the settings that name it. */
async function emptyDatabase(): Promise<{ settings: Settings; sql: Pool }> {
  const name = `test_${randomBytes(6).toString('hex')}`
  await maintenance.unsafe(`create database ${name}`)
  const sql = connect({ ...serverOptions(), database: name, max: 1 })
  after(async () => {
    await sql.end({ timeout: 1 })
    await maintenance.unsafe(`drop database ${name} with (force)`)
  })
  const address = `${user}:${password}@localhost:${port ?? 5432}/${name}?host=${encodeURIComponent(host)}`
  return { settings: { DATABASE_URL: `postgres://${address}`, INTERPHONE_DATA_DIR }, sql }
}

const serve = async (settings: Settings) => {
  const PORT = String(await freePort())
  const server = start(['serve'], { ...settings, PORT })
  return { ...server, url: `http://127.0.0.1:${PORT}` }
}

const me = async (url: string, token: string) => {
  const answer = await fetch(`${url}/me`, { headers: { authorization: `Bearer ${token}` } })
  return answer.status
}

const STARTED = /Ctrl-C stops it/

test('an unreachable database stops the start with one sentence without the password', async () => {
  const DATABASE_URL = 'postgres://someone:hunter2@127.0.0.1:1/nothing'
  const { code, err } = await run(['migrate'], { DATABASE_URL })
  assert.equal(code, 1)
  assert.match(err, /^The database of DATABASE_URL cannot be used: .*ECONNREFUSED.*\n$/)
  assert.ok(!err.includes('hunter2'))
})

test('two servers that start at the same time create one workspace, and one of them shows the token once', async () => {
  const { settings, sql } = await emptyDatabase()
  const both = await Promise.all([serve(settings), serve(settings)])
  await Promise.all(both.map((server) => server.says(STARTED)))
  const rows = await sql`select id from workspaces`
  assert.equal(rows.length, 1)
  const shown = both.flatMap((server) => /Token +(dG9r\S+)/.exec(server.out())?.[1] ?? [])
  assert.equal(shown.length, 1)
  for (const { url } of both) assert.equal(await me(url, shown[0]!), 200)
  await Promise.all(both.map((server) => server.end('SIGTERM')))

  const later = await serve(settings)
  await later.says(/Token +only its SHA-256 is stored; `npm run interphone -- token create` creates another/)
  await later.end('SIGTERM')
})

test('INTERPHONE_DEMO=0 starts with one admin and the token, and INTERPHONE_TOKEN is that token', async () => {
  const { settings, sql } = await emptyDatabase()
  const fixed = { ...settings, INTERPHONE_DEMO: '0', INTERPHONE_TOKEN: 'for-ci-alone' }
  const server = await serve(fixed)
  await server.says(STARTED)
  assert.match(server.out(), /curl http:\S+\/contacts/)
  assert.equal(await me(server.url, 'for-ci-alone'), 200)
  const [counts] = await sql`
    select (select count(*)::int from admins where not is_bot) as admins, (select count(*)::int from tokens) as tokens,
      (select count(*)::int from contacts) as contacts, (select count(*)::int from teams) as teams`
  assert.deepEqual({ ...counts }, { admins: 1, tokens: 1, contacts: 0, teams: 0 })
  const { err } = await server.end('SIGTERM')
  assert.match(err, /"msg":"INTERPHONE_TOKEN is short enough to be guessed: use 20 characters or more\."/)
  assert.ok(!err.includes('for-ci-alone'))

  await run(['token', 'revoke', '1'], settings)
  const again = await run(['serve'], { ...fixed, PORT: String(await freePort()) })
  assert.equal(again.code, 1)
  assert.equal(again.err, 'The token of INTERPHONE_TOKEN has been revoked: set another one, or none.\n')
})

test('with api and worker apart, one accepts messages and the other delivers them', async () => {
  const { settings } = await emptyDatabase()
  const PORT = String(await freePort())
  const api = start(['api'], { ...settings, PORT })
  await api.says(STARTED)
  const worker = start(['worker'], { ...settings, PORT })
  await worker.says(/^Delivering from the PostgreSQL of DATABASE_URL/)
  const [, token] = /Token +(\S+)/.exec(api.out()) ?? []
  const [, body = ''] = /-d '(.*)'/.exec(api.out()) ?? []
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const answer = await fetch(`http://127.0.0.1:${PORT}/messages`, { method: 'POST', headers, body })
  assert.equal(answer.status, 200)
  await worker.says(/email to clara@example\.com: delivery \d+$/m)
  assert.deepEqual(
    (await Promise.all([api.end('SIGTERM'), worker.end('SIGINT')])).map(({ code }) => code),
    [0, 0],
  )
})
