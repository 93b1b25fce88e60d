// A database that hangs, and a disk that is full: requests get a 503 that says so, /readyz too, and both recover.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { Type } from 'typebox'
import { running } from '#db/embedded/processes.ts'
import { StorageUnavailable } from '#files/storage.ts'
import { op } from '#http/op.ts'
import { freePort } from '#lib/free-port.ts'
import { within } from '#lib/time-limit.ts'
import { testApp } from '../app.ts'
import { dataDirectory, start } from '../cli/program.ts'
import { READY } from '../cli/terminal.ts'

const LIMIT_MS = 300

/** A server with its own PostgreSQL in the directory. */
async function server(directory: string) {
  const port = await freePort()
  const token = 'a-token-for-outages-of-the-server'
  const program = start(['serve'], {
    ...{ INTERPHONE_DATA_DIR: directory, INTERPHONE_TOKEN: token, INTERPHONE_DEMO: '0', PORT: String(port) },
    LOG_LEVEL: 'silent',
  })
  await program.says(READY)
  const call = async (path: string, body?: object) => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      signal: AbortSignal.timeout(40_000),
      ...(body && { method: 'POST', body: JSON.stringify(body) }),
    })
    // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever shape an answer has, and asserts on it
    return { status: answer.status, body: (await answer.json()) as any, retry_after: answer.headers.get('retry-after') }
  }
  const state = async () => {
    const { status, body } = await call('/readyz')
    return [status, body.status]
  }
  return { call, state, end: () => program.end('SIGTERM'), data: join(directory, 'postgres', 'data') }
}

async function until(condition: () => Promise<boolean>) {
  const deadline = Date.now() + 20_000
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error('It did not happen within 20 s')
    await sleep(100)
  }
}

const isReady = async (state: () => Promise<unknown[]>) => (await state())[0] === 200

describe('a handler that takes too long', () => {
  test('is answered with a 503, and its transaction is rolled back when it goes on', async () => {
    const t = await testApp({ time_limit_ms: LIMIT_MS })
    const blocker = await t.database.sql.reserve()
    await blocker`begin`
    await blocker`lock table tags in exclusive mode`
    const { status, body, headers } = await t.call('POST /tags', { name: 'Late' })
    assert.deepEqual([status, body.errors[0].code, headers['retry-after']], [503, 'service_unavailable', '5'])
    assert.equal(body.errors[0].message, 'The database did not answer in time')
    await blocker`commit`
    blocker.release()
    assert.equal((await t.call('POST /tags', { name: 'In time' })).status, 200)
    await sleep(LIMIT_MS)
    const { body: list } = await t.call('GET /tags')
    assert.deepEqual(
      list.data.map((tag: { name: string }) => tag.name),
      ['In time'],
    )
  })

  test('does not use up its Idempotency-Key', async () => {
    const t = await testApp({ time_limit_ms: LIMIT_MS })
    const keyed = { headers: { 'idempotency-key': 'again' } }
    const blocker = await t.database.sql.reserve()
    await blocker`begin`
    await blocker`lock table tags in exclusive mode`
    assert.equal((await t.call('POST /tags', { name: 'Once' }, keyed)).status, 503)
    await blocker`commit`
    blocker.release()
    const again = await t.call('POST /tags', { name: 'Once' }, keyed)
    assert.deepEqual([again.status, again.headers['idempotent-replayed']], [200, undefined])
  })

  test('can have a limit of its own', async () => {
    const t = await testApp({ time_limit_ms: 50 })
    const response = Type.Object({})
    const patient = { summary: 'Wait', auth: 'public', time_limit_ms: 5_000, response } as const
    t.app.get('/extensions/patient', op('patient', patient), async () => sleep(200, {}))
    assert.equal((await t.call('GET /extensions/patient')).status, 200)
    assert.equal(await within(Number.POSITIVE_INFINITY, sleep(1, 'done')), 'done')
  })
})

test('a full disk of the attached files is a 503, and /readyz says so', async () => {
  const full = new StorageUnavailable('The disk refuses', { cause: Object.assign(new Error(), { code: 'ENOSPC' }) })
  const put = async () => Promise.reject(full)
  let has_room = false
  const storage = { put, get: async () => undefined, remove: async () => {}, hasRoom: async () => has_room }
  const t = await testApp({ storage })
  const contact = (await t.call('POST /contacts', { role: 'lead' })).body.id
  const file = { content_type: 'text/plain', name: 'a.txt', data: 'YQ==' }
  const from = { type: 'lead', id: contact }
  const { conversation_id } = (await t.call('POST /conversations', { from, body: 'Hello' })).body
  const reply = {
    message_type: 'comment',
    type: 'user',
    intercom_user_id: contact,
    body: 'See',
    attachment_files: [file],
  }
  const { status, body } = await t.call(`POST /conversations/${conversation_id}/reply`, reply)
  assert.deepEqual([status, body.errors[0].message], [503, 'The disk of the attached files is full'])
  assert.deepEqual((await t.call('GET /readyz')).body, { status: 'disk_full' })
  has_room = true
  assert.deepEqual((await t.call('GET /readyz')).body, { status: 'ready' })
})

test('while PostgreSQL is frozen, /readyz and requests answer 503 in time, and all is well when it goes on', async () => {
  const directory = dataDirectory()
  const { call, state, end, data } = await server(directory)
  after(() => end())
  assert.equal((await call('/tags', { name: 'Before' })).status, 200)
  for (const pid of running(data)) process.kill(pid, 'SIGSTOP')
  const began = performance.now()
  assert.deepEqual(await state(), [503, 'database_timeout'])
  assert.ok(performance.now() - began < 3_000)
  const { status, body } = await call('/tags', { name: 'During' })
  assert.equal(status, 503)
  assert.match(body.errors[0].message, /^The database (did not answer in time|is not available, try again)$/)
  for (const pid of running(data)) process.kill(pid, 'SIGCONT')
  await until(() => isReady(state))
  const list = (await call('/tags')).body.data
  assert.deepEqual(
    list.map((tag: { name: string }) => tag.name),
    ['Before'],
  )
  assert.equal((await call('/tags', { name: 'After' })).status, 200)
})

test('while the disk is full, /readyz and writes answer 503, and all is well when there is room again', async (context) => {
  const directory = dataDirectory()
  const small = join(directory, 'small')
  mkdirSync(small)
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=150m', 'tmpfs', small]).status !== 0)
    return context.skip('this account may not mount a small disk')
  try {
    await fill(small)
  } finally {
    spawnSync('umount', ['-l', small])
  }
})

async function fill(small: string) {
  const { call, state, end } = await server(small)
  const filler = join(small, 'filler')
  spawnSync('dd', ['if=/dev/zero', `of=${filler}`, 'bs=64k'])
  assert.deepEqual(await state(), [503, 'disk_full'])
  // Pages that are already there still have room.
  let refused: Awaited<ReturnType<typeof call>> | undefined
  for (let count = 0; count < 500 && !refused; count++) {
    const answer = await call('/contacts', { role: 'lead', name: `${count} `.repeat(60) })
    if (answer.status !== 200) refused = answer
  }
  assert.equal(refused?.status, 503)
  assert.deepEqual([refused.body.errors[0].message, refused.retry_after], ['The disk of the database is full', '30'])
  assert.equal((await call('/contacts')).status, 200)
  rmSync(filler)
  await until(() => isReady(state))
  assert.equal((await call('/contacts', { role: 'lead', name: 'There is room' })).status, 200)
  await end()
}
