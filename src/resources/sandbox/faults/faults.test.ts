// Faults that are armed for requests: met by as many as were asked for, by nobody else, and with nothing half done.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { beforeEach, test } from 'node:test'
import { buildApp } from '#app.ts'
import { listen } from '#http/listen.ts'
import { SECRET, testApp } from '../../../../test/app.ts'
import { eventually } from '../../../../test/factories.ts'
import { freePort } from '../../../../test/smtp-sink.ts'

const t = await testApp()
const other = await t.another()
const url = await t.app.listen({ port: 0, host: '127.0.0.1' })

beforeEach(() => t.call('DELETE /extensions/sandbox/faults'))

const arm = async (fault: object, call = t.call) => {
  const { status, body, text } = await call('POST /extensions/sandbox/faults', fault)
  assert.equal(status, 200, text)
  return body
}
const armed = async (call = t.call) => (await call('GET /extensions/sandbox/faults')).body.data
const tags = async () => (await t.call('GET /tags')).status
const tagNames = async () => (await t.database.sql<{ name: string }[]>`select name from tags`).map(({ name }) => name)
const times = async (count: number, call: () => Promise<number>) => {
  const statuses: number[] = []
  for (let n = 0; n < count; n++) statuses.push(await call())
  return statuses
}

/** As a client does: over a socket, with the token. */
const send = (
  method: string,
  path: string,
  body?: object,
  headers: Record<string, string> = {},
  signal?: AbortSignal,
) =>
  fetch(url + path, {
    method,
    headers: { authorization: `Bearer ${t.created.token}`, 'content-type': 'application/json', ...headers },
    ...(body && { body: JSON.stringify(body) }),
    ...(signal && { signal }),
  })

test('what cannot be armed is refused, and the field is named', async () => {
  const refused: [body: object, message: RegExp][] = [
    [{}, /^fault is required$/],
    [{ fault: 'rain' }, /^fault must be one of 429, 500, 503, timeout, delay, lose_answer$/],
    [{ fault: 'permanent' }, /^fault must be one of/],
    [{ target: 'sends', fault: 'lose_answer' }, /^fault must be one of 429, 500, timeout, permanent$/],
    [{ target: 'mail', fault: '500' }, /^target must be one of requests, sends$/],
    [{ fault: '500', times: 0 }, /^times /],
    [{ fault: '500', times: 10_001 }, /^times /],
    [{ fault: '500', operation: 'listTag' }, /^operation listTag is none of this API$/],
    [{ fault: '500', path: 'tags' }, /^path /],
    [{ fault: '500', method: 'HEAD' }, /^method must be one of/],
    [{ fault: '500', channel: 'sms' }, /^channel means nothing to faults of requests$/],
    [{ target: 'sends', fault: '500', path: '/tags' }, /^path means nothing to faults of sends$/],
    [{ target: 'sends', fault: '500', channel: 'fax' }, /^channel must be one of/],
    [{ fault: 'delay' }, /^delay_ms is required$/],
    [{ fault: 'delay', delay_ms: 60_001 }, /^delay_ms /],
    [{ fault: '429', retry_after: -1 }, /^retry_after /],
  ]
  for (const [body, message] of refused) {
    const { status, body: answer } = await t.call('POST /extensions/sandbox/faults', body)
    assert.equal(status, 400)
    assert.match(answer.errors[0].message, message)
  }
  assert.equal((await t.call('POST /extensions/sandbox/faults', { fault: '500' }, { token: null })).status, 401)
  assert.equal((await t.call('DELETE /extensions/sandbox/faults/0')).status, 404)
  assert.deepEqual(await armed(), [])
})

test('no more than a hundred are armed at once; what is used up makes room', async () => {
  for (let n = 0; n < 100; n++) await arm({ fault: '500', path: '/nowhere' })
  assert.equal((await t.call('POST /extensions/sandbox/faults', { fault: '500' })).status, 409)
  await t.call(`DELETE /extensions/sandbox/faults/${(await armed())[0].id}`)
  await arm({ fault: '500' })
  assert.equal(await tags(), 500)
  await arm({ fault: '503' })
  assert.equal((await t.call('DELETE /extensions/sandbox/faults')).body.disarmed, 100)
})

test('the next three requests answer 500, and the fourth is answered', async () => {
  const { id } = await arm({ fault: 500, times: 3 })
  assert.deepEqual(await times(2, tags), [500, 500])
  const [fault] = await armed()
  assert.deepEqual([fault.id, fault.times, fault.left], [id, 3, 1])
  assert.deepEqual(await times(2, tags), [500, 200])
  assert.deepEqual(await armed(), [])
})

test('each looks as Intercom’s own: error.list, request id and version', async () => {
  const expected = { 429: 'rate_limit_exceeded', 500: 'server_error', 503: 'service_unavailable' }
  for (const [fault, code] of Object.entries(expected)) {
    await arm({ fault })
    const { status, body, headers } = await t.call('GET /tags', undefined, { version: '2.11' })
    assert.equal(status, Number(fault))
    assert.equal(body.type, 'error.list')
    assert.equal(body.errors[0].code, code)
    assert.equal(body.request_id, headers['x-request-id'])
    assert.equal(headers['intercom-version'], '2.11')
  }
})

test('a 429 says when to come back, or leaves it to the reset', async () => {
  await arm({ fault: '429', retry_after: 7 })
  const { headers } = await t.call('GET /tags')
  const now = Math.ceil(Date.now() / 1000)
  assert.equal(headers['retry-after'], '7')
  assert.equal(headers['x-ratelimit-remaining'], '0')
  assert.ok(Math.abs(Number(headers['x-ratelimit-reset']) - now - 7) <= 1)
  await arm({ fault: '429', retry_after: 0 })
  const silent = await t.call('GET /tags')
  assert.deepEqual([silent.status, silent.headers['retry-after']], [429, undefined])
})

test('a 500 or 503 says nothing of the limit, whose reset an SDK would wait for, and of coming back if it is asked to', async () => {
  await arm({ fault: '503', retry_after: 3 })
  await arm({ fault: '500' })
  const told = async () => {
    const { status, headers } = await t.call('GET /tags')
    return [status, headers['retry-after'], headers['x-ratelimit-reset']]
  }
  assert.deepEqual(
    [await told(), await told()],
    [
      [503, '3', undefined],
      [500, undefined, undefined],
    ],
  )
})

test('only what is named meets a fault: an operation, a method, a path and what is under it', async () => {
  const contact = (await t.call('POST /contacts', { role: 'lead' })).body.id
  await arm({ fault: '500', operation: 'findTag' })
  await arm({ fault: '503', path: '/contacts', method: 'GET' })
  assert.equal(await tags(), 200)
  assert.equal((await t.call('POST /contacts', { role: 'lead' })).status, 200)
  assert.equal((await t.call(`GET /contacts/${contact}/?x=1`)).status, 503)
  assert.equal((await t.call('GET /tags/0')).status, 500)
  await arm({ fault: '503', path: '/contacts' })
  assert.equal((await t.call('GET /contacts?per_page=1')).status, 503)
  await arm({ fault: '500', path: '/contact' })
  assert.equal((await t.call('GET /contacts')).status, 200)
})

test('what Intercom does not have meets a fault only where it is named, and the sandbox never does', async () => {
  await arm({ fault: '500' })
  assert.equal((await t.call('GET /extensions/deliveries')).status, 200)
  await arm({ fault: '503', path: '/extensions' })
  assert.equal((await t.call('GET /extensions/sandbox/messages')).status, 200)
  assert.equal((await t.call('GET /extensions/deliveries')).status, 503)
  await arm({ fault: '503', operation: 'listFaults' })
  assert.equal((await armed()).length, 2)
})

test('nothing is done of a request that meets a fault, and nothing counts that is refused before', async () => {
  await arm({ fault: '500', method: 'POST' })
  assert.equal((await t.call('GET /tags', undefined, { token: 'nobody' })).status, 401)
  assert.equal((await t.call('POST /nowhere', {})).status, 404)
  assert.equal((await t.call('POST /tags', { name: 'Half done' })).status, 500)
  assert.ok(!(await tagNames()).includes('Half done'))
})

test('another workspace’s requests meet nothing, and it sees and disarms nothing', async () => {
  const { id } = await arm({ fault: '500', times: 5 })
  assert.deepEqual(await times(3, async () => (await other.call('GET /tags')).status), [200, 200, 200])
  assert.deepEqual(await armed(other.call), [])
  assert.equal((await other.call(`DELETE /extensions/sandbox/faults/${id}`)).status, 404)
  assert.equal((await other.call('DELETE /extensions/sandbox/faults')).body.disarmed, 0)
  assert.equal((await other.call('POST /extensions/sandbox/reset')).status, 200)
  assert.equal((await armed())[0].left, 5)
})

test('several processes share what is armed: exactly as many are hit as were asked for', async () => {
  await arm({ fault: '503', times: 17 })
  await arm({ fault: '500', times: 8 })
  const apps = [1, 2, 3].map(() => buildApp({ sql: t.database.sql, files: t.files, secret: SECRET }))
  const ask = async (n: number) => {
    const headers = { authorization: `Bearer ${t.created.token}` }
    return (await apps[n % 3]!.inject({ url: '/tags', headers })).statusCode
  }
  const statuses = await Promise.all(Array.from({ length: 60 }, (_, n) => ask(n)))
  const count = (status: number) => statuses.filter((one) => one === status).length
  assert.deepEqual([count(503), count(500), count(200)], [17, 8, 35])
  for (const app of apps) await app.close()
})

test('a request is delayed, and then answered', async () => {
  await arm({ fault: 'delay', delay_ms: 300 })
  const began = Date.now()
  assert.equal((await send('GET', '/tags')).status, 200)
  assert.ok(Date.now() - began >= 295)
  assert.equal((await send('GET', '/tags')).status, 200)
})

test('a request hangs until its client gives up, and nothing of it is done', async () => {
  await arm({ fault: 'timeout' })
  const began = Date.now()
  await assert.rejects(send('POST', '/tags', { name: 'Hung' }, {}, AbortSignal.timeout(250)), { name: 'TimeoutError' })
  assert.ok(Date.now() - began < 2_000)
  assert.equal(await tags(), 200)
  assert.ok(!(await tagNames()).includes('Hung'))
})

test('a client that has given up before its fault was found leaves nothing waiting', async () => {
  await arm({ fault: 'delay', delay_ms: 60_000 })
  const timers = () => process.getActiveResourcesInfo().filter((one) => one === 'Timeout').length
  const before = timers()
  await t.database.sql.begin(async (sql) => {
    await sql`select from faults where workspace_id = ${t.created.id} for update`
    await assert.rejects(send('GET', '/tags', undefined, {}, AbortSignal.timeout(200)), { name: 'TimeoutError' })
  })
  await eventually(armed, (left) => left.length === 0)
  await eventually(
    async () => timers(),
    (now) => now <= before,
  )
})

test('what hangs or is delayed does not keep the server from stopping', async () => {
  const port = await freePort()
  const listener = await listen('127.0.0.1', port)
  const app = buildApp({ sql: t.database.sql, files: t.files, secret: SECRET, listener })
  await app.ready()
  listener.open()
  await arm({ fault: 'timeout', times: 2 })
  await arm({ fault: 'delay', delay_ms: 60_000 })
  const headers = { authorization: `Bearer ${t.created.token}` }
  const ask = () =>
    fetch(`http://127.0.0.1:${port}/tags`, { headers }).then(
      ({ status }) => status,
      () => 'cut off',
    )
  const answers = [ask(), ask(), ask()]
  await eventually(armed, (left) => left.length === 0)
  const began = Date.now()
  await Promise.all([listener.close(), app.close()])
  assert.ok(Date.now() - began < 2_000)
  assert.deepEqual((await Promise.all(answers)).sort(), [200, 'cut off', 'cut off'])
})

test('an answer is lost after the request was carried out; its Idempotency-Key finds it again', async () => {
  const post = (key: string) => send('POST', '/contacts', { role: 'lead', name: 'Once' }, { 'idempotency-key': key })
  const key = randomUUID()
  await arm({ fault: 'lose_answer', path: '/contacts' })
  await assert.rejects(post(key), TypeError)
  const [row, ...more] = await t.database.sql<{ id: string }[]>`select id from contacts where name = 'Once'`
  assert.equal(more.length, 0)
  const again = await post(key)
  assert.equal(again.headers.get('idempotent-replayed'), 'true')
  assert.equal(((await again.json()) as { id: string }).id, row?.id)
  assert.equal((await t.database.sql`select from contacts where name = 'Once'`).count, 1)
})

test('a refusal is lost like any other answer', async () => {
  await arm({ fault: 'lose_answer' })
  await assert.rejects(send('POST', '/tags', {}), TypeError)
  assert.equal((await send('POST', '/tags', {})).status, 400)
})
