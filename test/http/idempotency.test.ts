// Idempotency-Key: a repeated POST gets the same answer, and is not carried out again.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { type Call, type CallOptions, testApp } from '../app.ts'
import { aContact } from '../factories.ts'

const t = await testApp()
const contact = await aContact(t.workspace, { email: 'anna@example.com' })
const email = {
  message_type: 'email',
  subject: 'Hello',
  body: 'There',
  from: { type: 'admin', id: t.created.admin_id },
  to: { type: 'user', id: contact },
}

const keyed =
  (call: Call, key: string) =>
  (route: string, body?: unknown, { headers, ...options }: CallOptions = {}) =>
    call(route, body, { ...options, headers: { ...headers, 'idempotency-key': key } })
const countOf = async (table: 'messages' | 'deliveries' | 'contacts' | 'tags' | 'events' | 'idempotency_keys') => {
  const [{ count }] = await t.database.sql<[{ count: string }]>`select count(*) from ${t.database.sql(table)}`
  return Number(count)
}

test('a key that is too long is refused', async () => {
  const { status, body } = await keyed(t.call, 'x'.repeat(256))('POST /tags', { name: 'x' })
  assert.equal(status, 400)
  assert.equal(body.errors[0].code, 'parameter_invalid')
  assert.equal((await keyed(t.call, 'x'.repeat(255))('POST /tags', { name: 'Long' })).status, 200)
})

test('a key with another body, path or version is refused, and nothing happens', async () => {
  const post = keyed(t.call, randomUUID())
  assert.equal((await post('POST /tags', { name: 'Once' })).status, 200)
  const before = await countOf('tags')
  const others = [
    () => post('POST /tags', { name: 'Twice' }),
    () => post('POST /tags?x=1', { name: 'Once' }),
    () => post('POST /contacts', { role: 'lead' }),
    () => post('POST /tags', { name: 'Once' }, { version: '2.14' }),
  ]
  for (const other of others) {
    const { status, body } = await other()
    assert.equal(status, 422)
    assert.deepEqual(body.errors, [
      { code: 'parameter_invalid', message: 'Idempotency-Key was used before with another request' },
    ])
  }
  assert.equal(await countOf('tags'), before)
})

test('an error is not stored: the same key can be used again', async () => {
  const post = keyed(t.call, randomUUID())
  const request = { ...email, to: { type: 'user', id: '6762f0dd1bb69f9f2193bae2' } }
  assert.equal((await post('POST /messages', request)).status, 404)
  await aContact(t.workspace, { id: '6762f0dd1bb69f9f2193bae2', email: 'late@example.com' })
  const { status, headers } = await post('POST /messages', request)
  assert.equal(status, 200)
  assert.equal(headers['idempotent-replayed'], undefined)
  const other = keyed(t.call, randomUUID())
  assert.equal((await other('POST /tags', {})).status, 400)
  assert.equal((await other('POST /tags', { name: 'Another body after a refusal' })).status, 200)
})

test('a repeated message gets the same answer, and is sent once', async () => {
  const before = [await countOf('messages'), await countOf('deliveries'), await countOf('events')]
  const post = keyed(t.call, randomUUID())
  const first = await post('POST /messages', email)
  assert.equal(first.headers['idempotent-replayed'], undefined)
  for (let again = 0; again < 3; again++) {
    const { status, body, headers } = await post('POST /messages', email)
    assert.equal(status, 200)
    assert.deepEqual(body, first.body)
    assert.equal(headers['idempotent-replayed'], 'true')
    assert.notEqual(headers['x-request-id'], first.headers['x-request-id'])
  }
  assert.deepEqual(
    [await countOf('messages'), await countOf('deliveries'), await countOf('events')],
    before.map((count) => count + 1),
  )
})

test('the repeated answer is in the caller’s older version too', async () => {
  const post = keyed(t.call, randomUUID())
  const create = () =>
    post('POST /contacts', { role: 'lead', owner_id: Number(t.created.admin_id) }, { version: '2.14' })
  const first = await create()
  assert.equal(first.body.owner_id, Number(t.created.admin_id))
  assert.deepEqual((await create()).body, first.body)
})

test('simultaneous requests with one key are carried out once', async () => {
  const before = await countOf('contacts')
  const post = keyed(t.call, randomUUID())
  const answers = await Promise.all(Array.from({ length: 12 }, () => post('POST /contacts', { role: 'lead' })))
  assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]))
  assert.equal(new Set(answers.map(({ body }) => body.id)).size, 1)
  assert.equal(await countOf('contacts'), before + 1)
})

test('of simultaneous requests with one key and different bodies one is carried out, and the others are refused', async () => {
  const before = await countOf('tags')
  const post = keyed(t.call, randomUUID())
  const answers = await Promise.all(Array.from({ length: 6 }, (_, n) => post('POST /tags', { name: `Race ${n}` })))
  assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 422, 422, 422, 422, 422])
  assert.equal(await countOf('tags'), before + 1)
})

test('a key belongs to its workspace', async () => {
  const key = randomUUID()
  const { call } = await t.another()
  const [mine, theirs] = [
    await keyed(t.call, key)('POST /tags', { name: 'Same' }),
    await keyed(call, key)('POST /tags', { name: 'Other' }),
  ]
  assert.deepEqual([mine.status, theirs.status], [200, 200])
  assert.notEqual(mine.body.id, theirs.body.id)
  assert.equal(theirs.headers['idempotent-replayed'], undefined)
})

test('a key has no effect on GET, PUT and DELETE, and an empty key has none at all', async () => {
  const before = await countOf('idempotency_keys')
  const key = randomUUID()
  const send = keyed(t.call, key)
  const { body: tag } = await t.call('POST /tags', { name: 'Gone' })
  assert.equal((await send('GET /tags')).status, 200)
  assert.equal((await send(`PUT /contacts/${contact}`, { name: 'A' })).status, 200)
  assert.equal((await send(`PUT /contacts/${contact}`, { name: 'B' })).body.name, 'B')
  assert.equal((await send(`DELETE /tags/${tag.id}`)).status, 200)
  assert.equal((await send(`DELETE /tags/${tag.id}`)).status, 404)
  assert.equal((await keyed(t.call, '')('POST /tags', { name: 'No key' })).status, 200)
  assert.equal(await countOf('idempotency_keys'), before)
})

test('a key can be used again after a day', async () => {
  const key = randomUUID()
  const post = keyed(t.call, key)
  const { body } = await post('POST /contacts', { role: 'lead' })
  await t.database.sql`update idempotency_keys set created_at = now() - interval '25 hours' where key = ${key}`
  const again = await post('POST /contacts', { role: 'lead', name: 'Next day' })
  assert.equal(again.status, 200)
  assert.notEqual(again.body.id, body.id)
})
