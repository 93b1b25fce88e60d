// Faults that are armed for requests: they occur as often as requested, in no other workspace, and leave no partial
// work.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { beforeEach, test } from 'node:test'
import { buildApp } from '#app.ts'
import { listen } from '#http/listen.ts'
import { freePort } from '#lib/free-port.ts'
import { SECRET, testApp } from '../../../../test/app.ts'
import { eventually } from '../../../../test/factories.ts'

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

/** A request like that of a client: over a socket, with the token. */
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

test('an invalid fault is refused, and the field is named', async () => {
  const refused: [body: object, message: RegExp][] = [
    [{}, /^fault is required$/],
    [{ fault: 'rain' }, /^fault must be one of 429, 500, 503, timeout, delay, lose_answer$/],
    [{ fault: 'permanent' }, /^fault must be one of/],
    [{ target: 'sends', fault: 'lose_answer' }, /^fault must be one of 429, 500, timeout, permanent$/],
    [{ target: 'mail', fault: '500' }, /^target must be one of requests, sends, webhooks$/],
    [{ fault: '500', times: 0 }, /^times /],
    [{ fault: '500', times: 10_001 }, /^times /],
    [{ fault: '500', operation: 'listTag' }, /^operation listTag is not part of this API$/],
    [{ fault: '500', path: 'tags' }, /^path /],
    [{ fault: '500', method: 'HEAD' }, /^method must be one of/],
    [{ fault: '500', channel: 'sms' }, /^channel does not apply to faults of requests$/],
    [{ target: 'sends', fault: '500', path: '/tags' }, /^path does not apply to faults of sends$/],
    [{ target: 'sends', fault: '500', channel: 'fax' }, /^channel must be one of/],
    [{ fault: 'delay' }, /^delay_ms is required$/],
    [{ fault: '500', topic: 'contact.user.created' }, /^topic does not apply to faults of requests$/],
    [{ target: 'sends', fault: '500', topic: 'ping' }, /^topic does not apply to faults of sends$/],
    [{ target: 'webhooks', fault: 'permanent' }, /^fault must be one of 400, .*, delay, double, out_of_order$/],
    [{ target: 'webhooks', fault: '418' }, /^fault must be one of/],
    [{ target: 'webhooks', fault: 'delay' }, /^delay_ms is required$/],
    [{ target: 'webhooks', fault: '500', topic: 'x' }, /^topic x is not a topic of this server$/],
    [{ target: 'webhooks', fault: '500', channel: 'sms' }, /^channel does not apply to faults of webhooks$/],
    [{ target: 'webhooks', fault: '500', path: '/' }, /^path does not apply to faults of webhooks$/],
    [{ target: 'webhooks', fault: '500', code: 'x' }, /^code does not apply to faults of webhooks$/],
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

test('no more than a hundred faults are armed at once; a fault that is used up makes room', async () => {
  for (let n = 0; n < 100; n++) await arm({ fault: '500', path: '/nowhere' })
  assert.equal((await t.call('POST /extensions/sandbox/faults', { fault: '500' })).status, 409)
  await t.call(`DELETE /extensions/sandbox/faults/${(await armed())[0].id}`)
  await arm({ fault: '500' })
  assert.equal(await tags(), 500)
  await arm({ fault: '503' })
  assert.equal((await t.call('DELETE /extensions/sandbox/faults')).body.disarmed, 100)
})

test('the next three requests get a 500, and the fourth succeeds', async () => {
  const { id } = await arm({ fault: 500, times: 3 })
  assert.deepEqual(await times(2, tags), [500, 500])
  const [fault] = await armed()
  assert.deepEqual([fault.id, fault.times, fault.left], [id, 3, 1])
  assert.deepEqual(await times(2, tags), [500, 200])
  assert.deepEqual(await armed(), [])
})

test('each error looks like Intercom’s own: error.list, request id and version', async () => {
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

test('a 429 has Retry-After, or only the time of the reset', async () => {
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

test('a 500 or 503 has no rate limit headers, which an SDK would wait for, and Retry-After if requested', async () => {
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

test('a fault is limited to an operation, a method, or a path and what is under it', async () => {
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

test('extensions get a fault only if it names them, and the sandbox never does', async () => {
  await arm({ fault: '500' })
  assert.equal((await t.call('GET /extensions/deliveries')).status, 200)
  await arm({ fault: '503', path: '/extensions' })
  assert.equal((await t.call('GET /extensions/sandbox/messages')).status, 200)
  assert.equal((await t.call('GET /extensions/deliveries')).status, 503)
  await arm({ fault: '503', operation: 'listFaults' })
  assert.equal((await armed()).length, 2)
})

test('a request with a fault has no effect, and a request that is refused earlier uses no fault', async () => {
  await arm({ fault: '500', method: 'POST' })
  assert.equal((await t.call('GET /tags', undefined, { token: 'nobody' })).status, 401)
  assert.equal((await t.call('POST /nowhere', {})).status, 404)
  assert.equal((await t.call('POST /tags', { name: 'Half done' })).status, 500)
  assert.ok(!(await tagNames()).includes('Half done'))
})

test('another workspace gets no faults, and cannot see or disarm them', async () => {
  const { id } = await arm({ fault: '500', times: 5 })
  assert.deepEqual(await times(3, async () => (await other.call('GET /tags')).status), [200, 200, 200])
  assert.deepEqual(await armed(other.call), [])
  assert.equal((await other.call(`DELETE /extensions/sandbox/faults/${id}`)).status, 404)
  assert.equal((await other.call('DELETE /extensions/sandbox/faults')).body.disarmed, 0)
  assert.equal((await other.call('POST /extensions/sandbox/reset')).status, 200)
  assert.equal((await armed())[0].left, 5)
})

test('several processes share armed faults: they occur exactly as often as requested', async () => {
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

test('a request is delayed, and then succeeds', async () => {
  await arm({ fault: 'delay', delay_ms: 300 })
  const began = Date.now()
  assert.equal((await send('GET', '/tags')).status, 200)
  assert.ok(Date.now() - began >= 295)
  assert.equal((await send('GET', '/tags')).status, 200)
})

test('a request hangs until its client gives up, and has no effect', async () => {
  await arm({ fault: 'timeout' })
  const began = Date.now()
  await assert.rejects(send('POST', '/tags', { name: 'Hung' }, {}, AbortSignal.timeout(250)), { name: 'TimeoutError' })
  assert.ok(Date.now() - began < 2_000)
  assert.equal(await tags(), 200)
  assert.ok(!(await tagNames()).includes('Hung'))
})

test('a client that disconnects before its fault was found leaves nothing waiting', async () => {
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

test('requests that hang or are delayed do not stop the server from closing', async () => {
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

test('an answer is lost after the request took effect; its Idempotency-Key returns it again', async () => {
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
