// Handling events of a conversation: what snoozing and waking leave, and what does not count.
import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { testApp } from '../../../../test/app.ts'
import { aContact } from '../../../../test/factories.ts'
import { unsnoozeDueIn } from '../state/unsnooze.ts'

const t = await testApp()
const { call, workspace } = t
const { admin_id } = t.created
const anna = await aContact(workspace, { email: 'anna@example.org' })
const [ada] = await t.database.sql`
  update admins set name = 'Ada', email = 'ada@example.com' where id = ${admin_id} returning id`

let id: string
beforeEach(async () => {
  const { body } = await call('POST /conversations', { from: { type: 'user', id: anna }, body: 'Help' })
  id = body.conversation_id
})

const act = async (body: object) => {
  const answer = await call(`POST /conversations/${id}/parts`, { type: 'admin', admin_id, ...body })
  assert.equal(answer.status, 200, answer.text)
}
const snooze = (seconds = 3600) =>
  act({ message_type: 'snoozed', snoozed_until: Math.floor(Date.now() / 1000) + seconds })
const reply = (body: object) => call(`POST /conversations/${id}/reply`, { message_type: 'comment', body: 'x', ...body })
const events = async () => {
  const { status, body } = await call(`GET /conversations/${id}/handling_events`)
  assert.equal(status, 200)
  return body.handling_events
}
const types = async () => (await events()).map(({ type }: { type: string }) => type)

test('they are refused for a conversation that does not exist, and in versions without them', async () => {
  for (const unknown of ['999999', 'x']) {
    const { status, body } = await call(`GET /conversations/${unknown}/handling_events`)
    assert.deepEqual([status, body.errors[0].message], [404, 'Resource Not Found'])
  }
  for (const version of ['2.14', '2.11', '2.8']) {
    const { status, body } = await call(`GET /conversations/${id}/handling_events`, undefined, { version })
    assert.deepEqual([status, body.errors[0].code], [400, 'intercom_version_invalid'])
  }
  const other = await t.another()
  assert.equal((await other.call(`GET /conversations/${id}/handling_events`)).status, 404)
})

test('replies, notes, assignments and closing are no events', async () => {
  await reply({ type: 'admin', admin_id })
  await reply({ type: 'admin', admin_id, message_type: 'note' })
  await act({ message_type: 'assignment', assignee_id: admin_id })
  await act({ message_type: 'close' })
  await act({ message_type: 'open' })
  assert.deepEqual(await events(), [])
})

test('an admin who snoozes pauses, and one who opens resumes', async () => {
  await snooze()
  await act({ message_type: 'open' })
  const [paused, resumed, ...more] = await events()
  const teammate = { type: 'admin', id: Number(ada?.['id']), name: 'Ada', email: 'ada@example.com' }
  assert.deepEqual(paused, { teammate, type: 'paused', timestamp: paused.timestamp, reason: 'Snoozed' })
  assert.deepEqual(resumed, { teammate, type: 'resumed', timestamp: resumed.timestamp })
  assert.match(paused.timestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
  assert.deepEqual(more, [])
})

test('to snooze again is one pause', async () => {
  await snooze()
  await snooze(7200)
  await reply({ type: 'admin', admin_id, message_type: 'note', skip_unsnooze: true })
  assert.deepEqual(await types(), ['paused'])
})

test('a reply of the contact resumes for the teammate who paused, and so does the end of the time', async () => {
  await snooze()
  await reply({ type: 'user', intercom_user_id: anna })
  await snooze()
  await workspace.sql`update conversations set snoozed_until = now() - interval '10 seconds' where id = ${id}`
  await unsnoozeDueIn(workspace)
  const all = await events()
  assert.deepEqual(await types(), ['paused', 'resumed', 'paused', 'resumed'])
  for (const { teammate } of all) assert.equal(teammate.id, Number(admin_id))
})

test('closing a snoozed conversation ends the work without an event; a part of the past does not confuse the order', async () => {
  await snooze()
  await act({ message_type: 'close' })
  await reply({ type: 'user', intercom_user_id: anna, created_at: 1_500_000_000 })
  assert.deepEqual(await types(), ['paused'])
  await snooze()
  await reply({ type: 'admin', admin_id, created_at: 1_400_000_000 })
  assert.deepEqual(await types(), ['paused', 'paused', 'resumed'])
})

for (const version of ['2.15', '2.16'])
  test(`they are the same in ${version}`, async () => {
    await snooze()
    const { body } = await call(`GET /conversations/${id}/handling_events`, undefined, { version })
    assert.equal(body.handling_events[0].type, 'paused')
  })
