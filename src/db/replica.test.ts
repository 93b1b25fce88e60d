// Lists and searches of a server with a read replica, on a real standby: callers read what they wrote, whatever happens to it.
import assert from 'node:assert/strict'
import { after, beforeEach, test } from 'node:test'
import { buildApp } from '#app.ts'
import { fromReplica } from '#http/reads.ts'
import { closeSearches } from '#search/pool.ts'
import { createWorkspace } from '#workspaces/create.ts'
import { SECRET } from '../../test/app.ts'
import { serverOptions } from '../../test/database.ts'
import { eventually } from '../../test/factories.ts'
import { testFiles } from '../../test/files.ts'
import { replicated } from '../../test/replica.ts'
import { connect } from './connect.ts'
import { openReplica, type Replica } from './replica.ts'

const pair = await replicated()
const sql = connect({ ...pair.primary.options, max: 4 })
const standby = connect({ ...pair.standby.options, max: 4 })
const replica = await openReplica(sql, standby, assert.fail)
const files = await testFiles(sql, {})
/** Two processes of one server. */
const apps = await Promise.all(
  [0, 1].map(async () =>
    buildApp({ sql, files, secret: SECRET, replica: await openReplica(sql, standby, assert.fail) }),
  ),
)
const { token } = await createWorkspace(sql, { name: 'Read', is_first: true })

after(async () => {
  for (const app of apps) await app.close()
  await files.close()
  await Promise.all([sql, standby].map(async (pool) => Promise.all([pool.end({ timeout: 1 }), closeSearches(pool)])))
  await pair.remove()
})

// biome-ignore lint/suspicious/noExplicitAny: a test reads whatever shape an answer has, and asserts on it
async function call(route: string, body?: object, of = 0): Promise<any> {
  const [method, url] = route.split(' ')
  const answer = await apps[of]!.inject({
    ...{ method: method as 'GET', url: url as string, headers: { authorization: `Bearer ${token}` } },
    ...(body && { payload: body }),
  })
  assert.equal(answer.statusCode, 200, answer.body)
  return answer.json()
}

/** Returns how many lists and searches the two databases have answered. */
async function reads(): Promise<{ replica: number; primary: number }> {
  const text = (await apps[0]!.inject('/metrics')).body
  const of = (from: string) =>
    Number(new RegExp(`interphone_replica_reads_total\\{from="${from}"\\} (\\d+)`).exec(text)?.[1] ?? 0)
  return { replica: of('replica'), primary: of('primary') }
}

const byExternalId = (external_id: string) => ({
  query: { field: 'external_id', operator: '=', value: external_id },
})
let last = 0
const write = async (of = 0) => {
  const external_id = `u${++last}`
  await call('POST /contacts', { external_id }, of)
  return external_id
}
const finds = async (external_id: string, of = 0) =>
  (await call('POST /contacts/search', byExternalId(external_id), of)).total_count === 1

beforeEach(async () => {
  await eventually(
    () => replica.whenCurrent(),
    (pool) => pool !== undefined,
  )
})

test('a database that is not a replica of the other one is refused', async () => {
  const stranger = connect({ ...serverOptions(), database: 'postgres', max: 1 })
  await assert.rejects(openReplica(sql, stranger, assert.fail), /it is not a replica of the database of DATABASE_URL/)
  await stranger.end()
})

test('a replica that cannot be reached does not stop the start, and the primary answers', async () => {
  const logged: string[] = []
  const nowhere = connect({ host: '127.0.0.1', port: 1, user: 'x', max: 1 })
  const away = await openReplica(sql, nowhere, (line) => logged.push(line))
  assert.match(logged.join(), /The replica of DATABASE_READ_URL cannot be reached; the primary answers until it can/)
  assert.equal(await away.whenCurrent(), undefined)
  await nowhere.end({ timeout: 0 })
})

test('the primary itself is no replica: it may have become one when the old primary was lost', async () => {
  const itself = await openReplica(sql, sql, assert.fail)
  assert.equal(await itself.whenCurrent(), undefined)
})

test('while the replica replays nothing, callers read what they wrote from the primary', async () => {
  await standby`select pg_wal_replay_pause()`
  try {
    const before = await reads()
    for (let n = 0; n < 3; n++) assert.ok(await finds(await write(n % 2), (n + 1) % 2))
    const { replica, primary } = await reads()
    assert.deepEqual([replica - before.replica, primary - before.primary], [0, 3])
  } finally {
    await standby`select pg_wal_replay_resume()`
  }
})

test('a caller finds each object at once that another process has just written', async () => {
  for (let n = 0; n < 60; n++) assert.ok(await finds(await write(n % 2), (n + 1) % 2), `the contact ${n}`)
})

const FROM_REPLICA: [route: string, body?: object][] = [
  ['GET /contacts'],
  ['GET /tags'],
  ['GET /admins'],
  ['GET /conversations'],
  ['GET /teams'],
  ['GET /segments'],
  ['GET /articles'],
  ['GET /extensions/deliveries'],
  ['GET /extensions/sandbox/messages'],
  ['POST /contacts/search', byExternalId('nobody')],
  ['POST /conversations/search', { query: { field: 'created_at', operator: '>', value: 0 } }],
  ['POST /tickets/search', { query: { field: 'created_at', operator: '>', value: 0 } }],
]

for (const [route, body] of FROM_REPLICA)
  test(`${route} is answered by the replica`, async () => {
    const before = await reads()
    await eventually(
      async () => {
        await call(route, body)
        return reads()
      },
      ({ replica }) => replica > before.replica,
    )
  })

test('one object, and what writes, is for the primary', async () => {
  const { id } = await call('POST /contacts', { external_id: 'one' })
  const before = await reads()
  await call(`GET /contacts/${id}`)
  await call('POST /tags', { name: 'Readers' })
  assert.deepEqual(await reads(), before)
})

test('a stream, and what a contact asks, is for the primary', () => {
  const handler = () => {}
  for (const operation of [
    { id: 'streamEvents' },
    { id: 'streamChanges' },
    { id: 'getSandboxSettings' },
    { id: 'listMessengerConversations', auth: 'contact' },
  ])
    assert.equal(fromReplica(handler, replica, { config: { operation } } as never), handler, operation.id)
})

test('a search of many that is counted keeps no total on the replica', async () => {
  const all = { query: { field: 'created_at', operator: '>', value: 0 }, pagination: { per_page: 2 } }
  const { total_count } = await call('POST /contacts/search', all)
  assert.equal((await call('POST /contacts/search', all)).total_count, total_count)
})

test('a read that the replica cancels in the middle is answered by the primary; another error is the answer', async () => {
  const failing = (code: string) => {
    const seen: unknown[] = []
    const handler = (request: { workspace: { sql: unknown } }) => {
      seen.push(request.workspace.sql)
      if (request.workspace.sql === standby) throw Object.assign(new Error('canceled'), { code })
      return 'answered'
    }
    const always: Replica = { ...replica, whenCurrent: async () => standby }
    const route = { config: { operation: { id: 'listTags' } } } as never
    const read = fromReplica(handler as never, always, route)
    return { read: async () => read({ workspace: { sql } } as never, {} as never), seen }
  }
  for (const code of ['40001', '25006', '0A000', 'CONNECTION_CLOSED', '57P01']) {
    const { read, seen } = failing(code)
    assert.equal(await read(), 'answered', code)
    assert.deepEqual(seen, [standby, sql])
  }
  for (const code of ['22P02', '42703']) await assert.rejects(failing(code).read(), { code })
})

test('when the replica is gone, the primary answers', async () => {
  await pair.standby.stop()
  const external_id = await write()
  const before = await reads()
  assert.ok(await finds(external_id))
  assert.equal((await reads()).primary, before.primary + 1)
})
