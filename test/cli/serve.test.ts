// A server on its embedded PostgreSQL, from the first start to every way of ending it, with one data directory.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect } from '#db/connect.ts'
import { runningEmbedded } from '#db/embedded/running.ts'
import { freePort } from '#lib/free-port.ts'
import { dataDirectory, ordinary, type Program, run, type Settings, start } from './program.ts'

const directory = dataDirectory(ordinary)
const port = await freePort()
const url = `http://127.0.0.1:${port}`
const settings: Settings = { PORT: String(port), INTERPHONE_DATA_DIR: directory }
const READY = /To start over, delete .*\n/

let server: Program
let token: string
let revoked: string

const serve = async (more: Settings = {}, account = {}) => {
  server = start(['serve'], { ...settings, ...more }, account)
  await server.says(READY)
}
const command = (...args: string[]) => run(args, settings)

async function call(route: string, body?: object, as = token): Promise<Answer> {
  const [method = 'GET', path = '/'] = route.split(' ')
  const answer = await fetch(url + path, {
    method,
    headers: { authorization: `Bearer ${as}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  })
  return read(answer)
}

// biome-ignore lint/suspicious/noExplicitAny: a test reads whatever shape an answer has, and asserts on it
type Answer = { status: number; body: any }

const read = async (answer: Response): Promise<Answer> => ({ status: answer.status, body: await answer.json() })

before(() => serve({}, ordinary))
after(() => server.end('SIGTERM'))

describe('the first start', () => {
  test('prints one screen: the address, the token, the next step', () => {
    const screen = server.out()
    token = /Token +(\S+)/.exec(screen)?.[1] ?? ''
    assert.ok(screen.split('\n').length <= 24)
    assert.match(screen, new RegExp(`URL +${url}\n`))
    assert.match(screen, new RegExp(`Console +${url}/#sign-in=[\\w-]{43}\n`))
    assert.match(screen, /Data +\S+postgres\n/)
    assert.match(screen, new RegExp(`API reference +${url}/docs\n`))
    assert.match(Buffer.from(token, 'base64').toString(), /^tok:\w{36}:1:0$/)
    assert.doesNotMatch(screen, /Delivering from/) // A worker says that.
  })

  test('stores token and key so that only their owner can read them', () => {
    for (const file of ['token', 'secret-key']) assert.equal(statSync(join(directory, file)).mode & 0o777, 0o600)
  })

  test('shows a curl that works when pasted, and prints the captured message as one line', async () => {
    const pasted = /curl [\s\S]*?'\n\n/.exec(server.out())?.[0] ?? ''
    const { status, body } = await paste(pasted)
    assert.equal(status, 200, JSON.stringify(body))
    assert.equal(body.type, 'admin_message')
    await server.says(/^\d\d:\d\d:\d\d {2}email to clara@example\.com: delivery \d+$/m)
  })

  test('fills the workspace with a demo', async () => {
    const { body } = await call('GET /admins')
    assert.deepEqual(
      body.admins.map((admin: { name: string }) => admin.name),
      ['Ada Admin', 'Ben Brook'],
    )
    assert.equal((await call('GET /contacts')).body.total_count, 4)
  })

  test('writes nothing to stderr', async () => {
    assert.equal((await server.end('SIGTERM')).err, '')
  })
})

/** Runs it in a shell; without curl, parses it as a shell would. */
async function paste(text: string): Promise<Answer> {
  if (spawnSync('curl', ['--version']).status === 0) {
    const script = text.replace('curl', "curl -s -w '\\n%{http_code}'")
    const [body = '', status] = spawnSync('sh', ['-c', script], { encoding: 'utf8' }).stdout.split('\n')
    return { status: Number(status), body: JSON.parse(body) }
  }
  const [, to = '', authorization = '', body = ''] =
    /curl (\S+)[\s\S]*'Authorization: (.*?)'[\s\S]*-d '(.*)'/.exec(text) ?? []
  const headers = { authorization, 'content-type': 'application/json' }
  return read(await fetch(to, { method: 'POST', headers, body }))
}

describe('a running server', () => {
  before(() => serve())

  test('shows the same token at every start', () => {
    assert.match(server.out(), new RegExp(`Token +${token}\n`))
  })

  test('prevents a second one on its data directory', async () => {
    const second = await run(['serve'], { ...settings, PORT: String(await freePort()) })
    assert.equal(second.code, 1)
    assert.match(second.err, /^Another running server uses the data directory .*\n$/)
  })

  test('prevents a second one on its port', async () => {
    const second = await run(['serve'], { ...settings, INTERPHONE_DATA_DIR: join(directory, 'other') })
    assert.equal(second.code, 1)
    assert.equal(second.err, `Port ${port} of 127.0.0.1 is in use: stop what listens there, or set PORT to another.\n`)
  })

  test('accepts a token that another process created, and revokes it', async () => {
    const { out, code } = await command('token', 'create', '--name', 'For CI')
    assert.equal(code, 0)
    const made = out.trim()
    assert.equal((await call('GET /me', undefined, made)).status, 200)
    const list = await command('token', 'list')
    const [, id = ''] = /^(\d+) +For CI +\d{4}-/m.exec(list.out) ?? []
    assert.ok(!list.out.includes(made))
    assert.equal((await command('token', 'revoke', id)).out, `Token ${id} is revoked.\n`)
    assert.match((await command('token', 'list')).out, new RegExp(`^${id} +For CI .* revoked \\d{4}-`, 'm'))
    revoked = made
  })

  test('accepts a token with scopes for their operations only, and refuses unknown scopes', async () => {
    const { out } = await command('token', 'create', '--scopes', 'read_admins, write_tickets')
    const limited = out.trim()
    assert.equal((await call('GET /admins', undefined, limited)).status, 200)
    assert.equal((await call('GET /contacts', undefined, limited)).status, 403)
    assert.equal((await call('GET /extensions/deliveries', undefined, limited)).status, 403)
    assert.match((await command('token', 'list')).out, / read_admins write_tickets$/m)
    for (const [scopes, error] of [
      ['read_admins,admin', /^There is no scope admin, only: read_conversations, /],
      ['read_admins;write_tickets', /^There is no scope read_admins;write_tickets, only: /],
      [' ,', /^--scopes must name at least one of: read_conversations, /],
    ] as const) {
      const { code, err } = await command('token', 'create', '--scopes', scopes)
      assert.equal(code, 1)
      assert.match(err, error)
    }
  })

  test('serves workspaces that another process created, with or without a demo', async () => {
    const bare = await command('workspace', 'create', 'Sandbox 1')
    const demo = await command('demo')
    for (const [{ out }, name, contacts] of [
      [bare, 'Sandbox 1', 0],
      [demo, 'Demo', 4],
    ] as const) {
      const [, its = ''] = /^Token +(\S+)$/m.exec(out) ?? []
      assert.equal((await call('GET /me', undefined, its)).body.app.name, name)
      assert.equal((await call('GET /contacts', undefined, its)).body.total_count, contacts)
    }
    const [id = ''] = /^\w{8}/m.exec((await command('workspace', 'list')).out) ?? []
    const assigned = await command('domain', 'assign', 'IN.example.com', id)
    assert.equal(assigned.out, `IN.example.com belongs to workspace ${id}.\n`)
    assert.match((await command('domain', 'list')).out, new RegExp(`^in\\.example\\.com +${id} +assigned`, 'm'))
    assert.equal((await command('domain', 'release', 'in.example.com')).code, 0)
    assert.equal((await command('domain', 'release', 'in.example.com')).err, 'No workspace has in.example.com.\n')
    assert.equal((await command('domain', 'assign', 'a.example', 'nowhere1')).err, 'There is no workspace nowhere1.\n')
    assert.match((await command('workspace', 'list')).out, /Demo .* first\n\w{8} +Sandbox 1 .*\n\w{8} +Demo/)
  })

  test('signs teammates in with the link of the first screen, and with those of `sign-in`', async () => {
    const [unknown, named] = await Promise.all([
      command('sign-in', 'nobody@example.com'),
      command('sign-in', 'Ben@example.com'),
    ])
    assert.equal(unknown.code, 1)
    assert.match(unknown.err, /^Workspace \w{8} has no teammate nobody@example\.com: .*\n$/)
    for (const [printed, name] of [
      [server.out(), 'Ada Admin'],
      [named.out, 'Ben Brook'],
    ] as const) {
      const [, secret] = printed.match(new RegExp(`${url}/#sign-in=(\\S+)\n`)) ?? []
      const headers = { 'content-type': 'application/json' }
      const body = JSON.stringify({ secret })
      const answer = await read(await fetch(`${url}/extensions/sign-ins`, { method: 'POST', headers, body }))
      assert.deepEqual([answer.status, answer.body.admin?.name], [201, name])
    }
  })

  test('`sign-in` names the port of the running server, unless a setting names another', async () => {
    const named = (more: Settings) => run(['sign-in'], { INTERPHONE_DATA_DIR: directory, ...more })
    const [unset, other, behind_proxy] = await Promise.all([
      named({}),
      named({ PORT: '4999' }),
      named({ PUBLIC_URL: 'https://interphone.example.com' }),
    ])
    assert.ok(unset.out.startsWith(`${url}/#sign-in=`), unset.out + unset.err)
    assert.match(other.out, /^http:\/\/127\.0\.0\.1:4999\/#sign-in=/)
    assert.match(behind_proxy.out, /^https:\/\/interphone\.example\.com\/#sign-in=/)
  })

  test('rejects a revoked token within seconds', () =>
    until(async () => (await call('GET /me', undefined, revoked)).status === 401))

  test('answers running requests after SIGTERM, and accepts no new ones', async () => {
    const { wanted, release } = await lockTags()
    const slow = call('POST /tags', { name: 'in time' })
    await wanted
    const ending = server.end('SIGTERM')
    await sleep(300)
    await assert.rejects(fetch(`${url}/healthz`))
    await release()
    assert.equal((await slow).body.name, 'in time')
    const { code, ms } = await ending
    assert.equal(code, 0)
    assert.ok(ms < 5_000, `${ms} ms`)
  })
})

describe('INTERPHONE_TOKEN', () => {
  test('becomes a token of the existing workspace', async () => {
    await serve({ INTERPHONE_TOKEN: "it's-CI" })
    assert.match(server.out(), /Token +it's-CI\n/)
    assert.equal((await call('GET /me', undefined, "it's-CI")).status, 200)
    assert.equal((await call('GET /me')).status, 200)
  })
})

describe('however it ends', () => {
  test('SIGTERM: it is gone within five seconds, even during a request that never ends', async () => {
    const { wanted, release } = await lockTags()
    const stuck = assert.rejects(call('POST /tags', { name: 'too late' }))
    await wanted
    const { ms } = await server.end('SIGTERM')
    assert.ok(ms < 5_000, `${ms} ms`)
    await stuck
    await release()
  })

  test('SIGKILL: the next start works, and has all acknowledged data', async () => {
    await serve()
    const { status } = await call('POST /tags', { name: 'acknowledged' })
    assert.equal(status, 200)
    await server.end('SIGKILL')
    await serve()
    const { body } = await call('GET /tags')
    const names = body.data.map((tag: { name: string }) => tag.name)
    assert.deepEqual(
      names.filter((name: string) => name !== 'Billing'), // Of the demo.
      ['in time', 'acknowledged'],
    )
    assert.equal((await server.end('SIGINT')).code, 0)
  })
})

describe('without a running server', () => {
  test('a backup that does not exist is not called a wrong one', async () => {
    const { code, err } = await command('restore', '/no/such/file')
    assert.deepEqual([code, err], [1, 'There is no file /no/such/file.\n'])
  })

  test('commands work too, and leave nothing running', async () => {
    const { out } = await command('token', 'create')
    assert.match(out, /^\S+\n$/)
    assert.equal((await command('migrate')).out, 'The database is up to date.\n')
    await assert.rejects(connect({ ...runningEmbedded(directory), max: 1 })`select 1`)
  })
})

/** Blocks writers of tags until released; `wanted` resolves when one waits. */
async function lockTags() {
  const sql = connect({ ...runningEmbedded(directory), max: 2 })
  const locked = Promise.withResolvers<void>()
  const given = Promise.withResolvers<void>()
  const holding = sql.begin(async (transaction) => {
    await transaction`lock table tags`
    locked.resolve()
    await given.promise
  })
  holding.catch(() => {}) // If PostgreSQL has been stopped.
  await locked.promise
  return {
    wanted: until(async () => (await sql`select 1 from pg_stat_activity where wait_event_type = 'Lock'`).length > 0),
    async release() {
      given.resolve()
      await holding.catch(() => {})
      await sql.end({ timeout: 1 })
    },
  }
}

async function until(condition: () => Promise<boolean>) {
  const deadline = Date.now() + 10_000
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error('It did not come to that')
    await sleep(20)
  }
}
