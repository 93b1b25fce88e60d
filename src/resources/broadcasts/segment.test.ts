// A segment as the audience of a broadcast.
import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { testApp } from '../../../test/app.ts'
import { aContact } from '../../../test/factories.ts'
import { step } from './expansion/step.ts'

const t = await testApp()
const { call, workspace } = t
const { sql } = t.database

beforeEach(async () => {
  await call('POST /extensions/sandbox/reset')
  await sql`delete from segments where workspace_id = ${workspace.id}`
})

const request = (audience: object) => ({ message_type: 'whatsapp', template: 'order_update', audience })
const broadcast = (audience: object) => call('POST /extensions/broadcasts', request(audience))
const isNamed = (name: string) => ({ field: 'name', operator: '=', value: name })
const inSegment = (id: string) => ({ field: 'segment_id', operator: '=', value: id })
const aSegment = async (query: object): Promise<string> =>
  (await call('POST /extensions/segments', { name: 'Readers', query })).body.id

let numbers = 1_000_000
const aReader = (contact: object = {}) =>
  aContact(workspace, { name: 'Anna', formatted_phone: `+1212${numbers++}`, ...contact })

async function recipientsOf(id: string): Promise<string[]> {
  while (await step(sql));
  const rows = await sql<{ contact_id: string }[]>`
    select contact_id from deliveries where workspace_id = ${workspace.id} and message_id = ${id} order by contact_id`
  return rows.map(({ contact_id }) => contact_id)
}

test('a segment that names what no longer exists is refused, and nothing is stored', async () => {
  await aReader()
  const inner = await aSegment(isNamed('Ben'))
  const outer = await aSegment({ field: 'segment_id', operator: '!=', value: inner })
  await call(`DELETE /extensions/segments/${inner}`)
  const { status, body } = await broadcast({ segment_id: outer })
  assert.equal(status, 400)
  assert.equal(body.errors[0].message, `audience.segment_id names what does not exist: segment_id ${inner}`)
  assert.equal((await call('GET /extensions/broadcasts')).body.total_count, 0)
})

const ofSegment = (operator: string, value: unknown) => ({ field: 'segment_id', operator, value })

/** Every way in which a query can name the segment. */
const QUERIES: [name: string, query: (id: string) => object][] = [
  ['=', (id) => ofSegment('=', id)],
  ['!=', (id) => ofSegment('!=', id)],
  ['IN', (id) => ofSegment('IN', [id])],
  ['NIN', (id) => ofSegment('NIN', [id])],
  ['AND', (id) => ({ operator: 'AND', value: [isNamed('Anna'), ofSegment('!=', id)] })],
  ['OR', (id) => ({ operator: 'OR', value: [isNamed('Anna'), ofSegment('NIN', [id])] })],
]

/** A segment of everybody whose plan is not `free`, and a function that archives the attribute. */
async function aFragileSegment() {
  const name = `plan_${numbers++}`
  const { body: attribute } = await call('POST /data_attributes', { name, model: 'contact', data_type: 'string' })
  const field = `custom_attributes.${name}`
  const id = await aSegment({ field, operator: '!=', value: 'free' })
  return { id, field, damage: () => call(`PUT /data_attributes/${attribute.id}`, { archived: true }) }
}

test('an audience that names a broken segment, or one that does not exist, is refused, and nothing is stored', async () => {
  await aReader()
  const { id, field, damage } = await aFragileSegment()
  await damage()
  const lost = await aSegment(isNamed('Anna'))
  await call(`DELETE /extensions/segments/${lost}`)
  const broken = `Segment ${id} (Readers) names what does not exist: ${field}`
  for (const [name, query] of QUERIES) {
    for (const [segment, message] of [[id, broken] as const, [lost, `Segment ${lost} does not exist`] as const]) {
      const { status, body } = await broadcast({ query: query(segment) })
      assert.deepEqual([status, body.errors?.[0].message], [400, message], name)
    }
  }
  assert.equal((await broadcast({ segment_id: id })).status, 400)
  assert.equal((await call('GET /extensions/broadcasts')).body.total_count, 0)
})

test('if a segment of the audience breaks before the broadcast runs, it fails with the reason, and nobody gets it', async () => {
  await aReader()
  const { id, field, damage } = await aFragileSegment()
  const audiences = [...QUERIES.map(([, query]) => ({ query: query(id) })), { segment_id: id }]
  const created = await Promise.all(audiences.map(async (audience) => (await broadcast(audience)).body))
  for (const { state, error } of created) assert.deepEqual([state, error], ['queued', undefined])
  await damage()
  const reason = `Segment ${id} (Readers) names what does not exist: ${field}`
  for (const [n, { id }] of created.entries()) {
    assert.deepEqual(await recipientsOf(id), [], JSON.stringify(audiences[n]))
    const shown = (await call(`GET /extensions/broadcasts/${id}`)).body
    assert.deepEqual(
      [shown.state, shown.error, shown.counts.audience],
      ['failed', { code: 'audience_broken', reason }, 0],
    )
    for (const act of ['pause', 'resume', 'cancel'])
      assert.equal((await call(`POST /extensions/broadcasts/${id}/${act}`)).status, 409, act)
  }
  const { count } = await sql`select from broadcasts where workspace_id = ${workspace.id} and due_at is not null`
  assert.equal(count, 0)
})

test('a query whose segment is deleted before the broadcast runs fails too, whatever its operator', async () => {
  await aReader()
  const id = await aSegment(isNamed('Ben'))
  const created = await Promise.all(QUERIES.map(async ([, query]) => (await broadcast({ query: query(id) })).body))
  await call(`DELETE /extensions/segments/${id}`)
  for (const [n, { id: broadcast_id }] of created.entries()) {
    assert.deepEqual(await recipientsOf(broadcast_id), [], QUERIES[n]![0])
    const { state, error } = (await call(`GET /extensions/broadcasts/${broadcast_id}`)).body
    assert.deepEqual([state, error.reason], ['failed', `Segment ${id} does not exist`])
  }
})

test('if the segment breaks in the middle, what is queued fails and the rest of the audience gets nothing', async () => {
  await sql`
    insert into contacts (workspace_id, id, role, formatted_phone, name, created_at, updated_at)
    select ${workspace.id}, lpad(to_hex(n), 24, '0'), 'user', '+1313' || (1000000 + n), 'Reader', now(), now()
    from generate_series(1, 1500) n`
  const { id, damage } = await aFragileSegment()
  const { body } = await broadcast({ query: ofSegment('=', id) })
  assert.equal(await step(sql), true)
  await damage()
  assert.equal((await recipientsOf(body.id)).length, 1_000)
  const { state, counts } = (await call(`GET /extensions/broadcasts/${body.id}`)).body
  assert.deepEqual([state, counts.statuses.queued, counts.statuses.failed], ['failed', 0, 1_000])
  const { data } = (await call(`GET /extensions/messages/${body.id}/deliveries`)).body
  assert.equal(data[0].error.code, 'audience_broken')
})

test('a segment that is deleted before its broadcast runs has nobody', async () => {
  await aReader()
  const segment_id = await aSegment(isNamed('Anna'))
  const { body } = await broadcast({ segment_id })
  await call(`DELETE /extensions/segments/${segment_id}`)
  assert.deepEqual(await recipientsOf(body.id), [])
  const shown = (await call(`GET /extensions/broadcasts/${body.id}`)).body
  assert.deepEqual([shown.state, shown.counts.audience, shown.audience], ['completed', 0, { segment_id }])
})

test('those get it who are in the segment while it runs, by an id or in a query, once each', async () => {
  const members = [await aReader(), await aReader()].sort()
  await aReader({ name: 'Ben' })
  await aReader({ role: 'lead' })
  await aReader({ archived_at: new Date() })
  const segment_id = await aSegment(isNamed('Anna'))
  const all_users = (await call('GET /segments')).body.segments[0].id
  const audiences = [
    { segment_id },
    { query: inSegment(segment_id) },
    { query: { operator: 'AND', value: [inSegment(all_users), isNamed('Anna')] } },
  ]
  const ids = []
  for (const audience of audiences) {
    const { status, body } = await broadcast(audience)
    assert.equal(status, 202)
    assert.deepEqual(body.audience, audience)
    ids.push(body.id)
  }
  members.push(await aReader())
  for (const id of ids) assert.deepEqual(await recipientsOf(id), members.toSorted())
})
