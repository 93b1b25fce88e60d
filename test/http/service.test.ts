// Health, metrics, request ids, server errors, and the API reference.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { buildApp } from '#app.ts'
import { type ConnectOptions, connect } from '#db/connect.ts'
import { op } from '#http/op.ts'
import { SECRET, testApp } from '../app.ts'
import { serverOptions } from '../database.ts'
import { freePort } from '../smtp-sink.ts'

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

test('every request has its own id, which the caller cannot choose', async () => {
  const ids = new Set<unknown>()
  for (const route of ['GET /tags', 'GET /tags/0', 'GET /nothing', 'GET /healthz', 'GET /tags']) {
    const { headers } = await t.call(route, undefined, { headers: { 'request-id': 'mine', 'x-request-id': 'mine' } })
    assert.match(String(headers['x-request-id']), /^[0-9a-f-]{36}$/)
    ids.add(headers['x-request-id'])
  }
  assert.equal(ids.size, 5)
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
