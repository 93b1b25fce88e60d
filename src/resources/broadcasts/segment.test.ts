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
