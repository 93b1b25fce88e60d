// Health, metrics, request ids, server errors, and the API reference.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Registry } from 'prom-client'
import { buildApp } from '#app.ts'
import { type ConnectOptions, connect } from '#db/connect.ts'
import { exposeMeasures } from '#db/measures.ts'
import { DELIVERY_MEASURES } from '#delivery/measures.ts'
import { monitor } from '#http/health.ts'
import { op } from '#http/op.ts'
import { JOB_MEASURES } from '#jobs/measures.ts'
import { freePort } from '#lib/free-port.ts'
import { RESOURCES } from '#resources/index.ts'
import { SECRET, testApp } from '../app.ts'
import { serverOptions } from '../database.ts'

const t = await testApp()
t.app.get('/extensions/broken', op('broken', { summary: 'Fail' }), async () => {
  throw new Error('Something that nobody should read')
})
const open = { token: null }

test('without its database the server is alive but not ready, and answers 503 with Retry-After', async () => {
  const sql = connect({ host: '127.0.0.1', port: await freePort(), user: 'nobody', max: 1 })
  const app = buildApp({ sql, files: t.files, secret: SECRET })
  assert.equal((await app.inject('/healthz')).statusCode, 200)
  const ready = await app.inject('/readyz')
  assert.deepEqual([ready.statusCode, ready.json()], [503, { status: 'starting' }])
  assert.equal((await app.inject('/openapi.json')).statusCode, 200)
  for (const [method, url] of [
    ['GET', '/tags'],
    ['POST', '/messages'],
  ] as const) {
    const answer = await app.inject({ method, url, headers: { authorization: 'Bearer x' }, payload: {} })
    assert.equal(answer.statusCode, 503, url)
    assert.equal(answer.headers['retry-after'], '1')
    assert.doesNotMatch(answer.body, /127\.0\.0\.1|nobody|ECONN/)
    const { request_id, ...body } = answer.json()
    assert.equal(request_id, answer.headers['x-request-id'])
    assert.deepEqual(body, {
      type: 'error.list',
      errors: [{ code: 'service_unavailable', message: 'The database is not available, try again' }],
    })
  }
  await app.close()
  await sql.end({ timeout: 0 })
})

test('a server error shows no details', async () => {
  const { status, body, text, headers } = await t.call('GET /extensions/broken')
  assert.equal(status, 500)
  assert.deepEqual(body, {
    type: 'error.list',
    request_id: headers['x-request-id'],
    errors: [{ code: 'server_error', message: 'Something went wrong on our side' }],
  })
  assert.doesNotMatch(text, /nobody should read|\bat \S+:\d+/)
})

test('every request has an id of its own, or the one that its caller gave it', async () => {
  const ids = new Set<unknown>()
  for (const route of ['GET /tags', 'GET /tags/0', 'GET /nothing', 'GET /healthz', 'GET /tags']) {
    for (const given of [undefined, '', ' ', 'two words', '<b>', 'x'.repeat(129)]) {
      const { headers } = await t.call(
        route,
        undefined,
        given === undefined ? {} : { headers: { 'x-request-id': given } },
      )
      assert.match(String(headers['x-request-id']), /^[0-9a-f-]{36}$/)
      ids.add(headers['x-request-id'])
    }
    const { headers, body } = await t.call(route, undefined, { headers: { 'x-request-id': 'gateway:7f/3.1' } })
    assert.equal(headers['x-request-id'], 'gateway:7f/3.1')
    if (body.type === 'error.list') assert.equal(body.request_id, 'gateway:7f/3.1')
  }
  assert.equal(ids.size, 30)
})

test('a line for each request says what was asked and answered, and shows no token', async () => {
  const lines: string[] = []
  const logger = { level: 'info', stream: { write: (line: string) => void lines.push(line) } }
  const app = buildApp({ sql: t.database.sql, files: t.files, secret: SECRET, logs_requests: true, logger })
  const headers = { authorization: `Bearer ${t.created.token}`, 'x-request-id': 'mine', traceparent: '00-ab-cd-01' }
  await app.inject({ method: 'GET', url: '/tags?page=1', headers })
  await app.close()
  const { req, reqId, ...line } = JSON.parse(lines.find((text) => text.includes('"request"'))!)
  assert.deepEqual(
    [line.method, line.url, line.operation, line.status, line.workspace_id, line.traceparent],
    ['GET', '/tags?page=1', 'listTags', 200, t.workspace.id, '00-ab-cd-01'],
  )
  assert.ok(lines.join('').includes('mine') && line.ms > 0 && req === undefined)
  assert.ok(!lines.join('').includes(t.created.token))
})

test('what operators watch is read from the database, and one figure that cannot be read hides no other', async () => {
  const registry = new Registry()
  const broken = { name: 'interphone_broken', help: 'Broken', read: () => Promise.reject(new Error('no')) }
  const all = RESOURCES.flatMap(({ measures = [] }) => measures)
  exposeMeasures(t.database.sql, [broken, ...DELIVERY_MEASURES, ...JOB_MEASURES, ...all], registry)
  const { id } = (await t.call('GET /admins')).body.admins[0]
  const contact = (await t.call('POST /contacts', { role: 'user', email: 'watched@example.com' })).body
  await t.call('POST /messages', {
    ...{ message_type: 'email', subject: 'S', body: 'B', template: 'plain' },
    ...{ from: { type: 'admin', id }, to: { type: 'user', id: contact.id } },
  })
  const text = await registry.metrics()
  assert.match(text, /^interphone_deliveries_queued\{channel="email"\} 1$/m)
  assert.match(text, /^interphone_delivery_oldest_due_seconds\{channel="email"\} [\d.]+$/m)
  assert.match(text, /^interphone_jobs_due \d+$/m)
  assert.match(text, /^interphone_database_connections\{state="active"\} \d+$/m)
  assert.doesNotMatch(text, /^interphone_broken /m)
})

test('the port of metrics answers only them, and PORT has none then', async () => {
  const port = await freePort()
  const stop = await monitor('127.0.0.1', port, { sql: t.database.sql, files: t.files })
  const status = async (path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).status
  const statuses = await Promise.all(['/healthz', '/readyz', '/metrics', '/tags'].map(status))
  await assert.rejects(monitor('127.0.0.1', port, { sql: t.database.sql, files: t.files }), /^Error: METRICS_PORT/)
  await stop()
  assert.deepEqual(statuses, [200, 200, 200, 404])
  const app = buildApp({ sql: t.database.sql, files: t.files, secret: SECRET, has_metrics: false })
  assert.equal((await app.inject('/metrics')).statusCode, 404)
})

describe('a database that cannot be used as it is makes the server not ready:', () => {
  const ready = async (connection: Record<string, string> = {}) => {
    const sql = connect({ ...serverOptions(), database: t.database.name, max: 1, connection } as ConnectOptions)
    const { statusCode, body } = await buildApp({ sql, files: t.files, secret: SECRET }).inject('/readyz')
    await sql.end({ timeout: 1 })
    return [statusCode, JSON.parse(body).status]
  }

  test('one that accepts no writes', async () => {
    assert.deepEqual(await ready({ default_transaction_read_only: 'on' }), [503, 'database_read_only'])
  })

  test('one that lacks a migration, as an older backup does', async () => {
    const { sql } = t.database
    const [last] = await sql`delete from migrations where name = (select max(name) from migrations) returning *`
    assert.deepEqual(await ready(), [503, 'database_not_migrated'])
    await sql`insert into migrations ${sql(last!)}`
    assert.deepEqual(await ready(), [200, 'ready'])
  })

  test('a write on it is a 503 that can be tried again', async () => {
    const sql = connect({
      ...{ ...serverOptions(), database: t.database.name, max: 1 },
      connection: { default_transaction_read_only: 'on' } as never,
    })
    const app = buildApp({ sql, files: t.files, secret: SECRET })
    const headers = { authorization: `Bearer ${t.created.token}` }
    const answer = await app.inject({ method: 'POST', url: '/tags', headers, payload: { name: 'New' } })
    assert.deepEqual([answer.statusCode, answer.headers['retry-after']], [503, '1'])
    assert.match(answer.body, /accepts no writes now/)
    await app.close()
    await sql.end({ timeout: 1 })
  })
})

test('health and metrics need no token', async () => {
  assert.deepEqual((await t.call('GET /healthz', undefined, open)).body, { status: 'alive' })
  assert.deepEqual((await t.call('GET /readyz', undefined, open)).body, { status: 'ready' })
  await t.call('GET /tags')
  const { text, headers } = await t.call('GET /metrics', undefined, open)
  assert.match(String(headers['content-type']), /^text\/plain/)
  assert.match(text, /interphone_http_request_seconds_count\{operation="listTags",status="200"\} \d/)
})

test('the reference describes every operation, each with its own id', async () => {
  const { body } = await t.call('GET /openapi.json', undefined, open)
  assert.equal(body.openapi, '3.1.0')
  const operations = Object.values<Record<string, { operationId?: string; tags?: string[] }>>(body.paths).flatMap(
    (path) => Object.values(path),
  )
  const ids = operations.map(({ operationId }) => operationId)
  assert.ok(ids.every(Boolean))
  assert.equal(new Set(ids).size, ids.length)
  for (const id of ['createMessage', 'listTags', 'CreateContact', 'listDeliveries']) assert.ok(ids.includes(id), id)
  for (const path of Object.keys(body.paths)) assert.doesNotMatch(path, /^\/(healthz|readyz|metrics|openapi|docs)/)
})

test('the reference is a page that needs no other server', async () => {
  const { text, headers } = await t.call('GET /docs', undefined, open)
  assert.match(String(headers['content-type']), /^text\/html/)
  const addresses = [...text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address]) => address as string)
  assert.ok(addresses.length > 1)
  for (const address of addresses) {
    assert.match(address, /^\//)
    assert.equal((await t.call(`GET ${address}`, undefined, open)).status, 200)
  }
})
