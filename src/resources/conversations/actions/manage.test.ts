// POST /conversations/{id}/parts and the unsnoozing by time: sad paths first.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testApp } from '../../../../test/app.ts'
import { aContact } from '../../../../test/factories.ts'
import { unsnoozeDue } from '../state/unsnooze.ts'

const t = await testApp()
const { sql } = t.workspace
const { admin_id } = t.created
const joe = await aContact(t.workspace, { email: 'joe@example.com' })
const [team] = await sql<{ id: string }[]>`
  insert into teams (workspace_id, name) values (${t.workspace.id}, 'Support') returning id`

const begin = async (): Promise<string> =>
  (await t.call('POST /conversations', { from: { type: 'user', id: joe }, body: 'Hello' })).body.conversation_id

const manage = (id: string, act: object, options = {}) =>
  t.call(`POST /conversations/${id}/parts`, { admin_id, ...act }, options)
const CLOSE = { message_type: 'close', type: 'admin' }
const assignTo = (assignee_id: unknown, type = 'admin') => ({ message_type: 'assignment', type, assignee_id })
const topicsOf = async (id: string) =>
  (
    await sql<{ topic: string }[]>`
      select topic from events where workspace_id = ${t.workspace.id} and object_id = ${id} order by id`
  ).map(({ topic }) => topic)

test('managing without a token is refused', async () => {
  assert.equal((await manage('1', CLOSE, { token: null })).status, 401)
})

test('an unknown conversation, admin, assignee or team is a 404', async () => {
  const id = await begin()
  const other = await t.another()
  const cases: [Awaited<ReturnType<typeof manage>>, string][] = [
    [await manage('999999', CLOSE), 'Resource Not Found'],
    [
      await other.call(`POST /conversations/${id}/parts`, { ...CLOSE, admin_id: other.created.admin_id }),
      'Resource Not Found',
    ],
    [await manage(id, { ...CLOSE, admin_id: 1 }), 'Admin not found'],
    [await manage(id, assignTo(1)), 'Admin not found'],
    [await manage(id, assignTo(other.created.admin_id)), 'Admin not found'],
    [await manage(id, assignTo(1, 'team')), 'Team not found'],
  ]
  for (const [{ status, body }, message] of cases) {
    assert.equal(status, 404)
    assert.ok(body.errors[0].message.startsWith(message), body.errors[0].message)
  }
})

test('a missing field of an action is named', async () => {
  const id = await begin()
  const cases: [object, string][] = [
    [{ message_type: 'shut' }, 'message_type must be'],
    [{ message_type: 'snoozed' }, 'snoozed_until is required'],
    [{ message_type: 'snoozed', snoozed_until: 0 }, 'snoozed_until must be in the future'],
    [{ message_type: 'snoozed', snoozed_until: 1_700_000_000 }, 'snoozed_until must be in the future'],
    [{ message_type: 'assignment', type: 'admin' }, 'assignee_id is required'],
    [{ ...CLOSE, admin_id: undefined }, 'admin_id is required'],
  ]
  for (const [act, message] of cases) {
    const { status, body } = await manage(id, act)
    assert.equal(status, 400)
    assert.ok(body.errors[0].message.startsWith(message), body.errors[0].message)
  }
})

test('an action that changes nothing is refused, and adds no part', async () => {
  const id = await begin()
  assert.equal((await manage(id, { message_type: 'open' })).status, 422)
  await manage(id, CLOSE)
  const again = await manage(id, CLOSE)
  assert.equal(again.status, 422)
  assert.equal(again.body.errors[0].message, 'The conversation is already closed')
  assert.equal((await t.call(`GET /conversations/${id}`)).body.conversation_parts.total_count, 1)
})

test('a body with a close is delivered', async () => {
  const id = await begin()
  const { status, body } = await manage(id, { ...CLOSE, body: 'Goodbye :)' })
  assert.equal(status, 200)
  assert.deepEqual([body.state, body.open, body.waiting_since], ['closed', false, null])
  const [part] = body.conversation_parts.conversation_parts
  assert.deepEqual([part.part_type, part.body, part.state], ['close', '<p>Goodbye :)</p>', 'closed'])
  assert.equal(body.statistics.last_closed_by_id, admin_id)
  assert.equal(body.statistics.count_conversation_parts, 1)
  const deliveries = await sql`
    select from deliveries where workspace_id = ${t.workspace.id} and part_id = ${part.id}`
  assert.equal(deliveries.count, 1)
})

test('a close without a body is not a reply', async () => {
  const id = await begin()
  const { body } = await manage(id, CLOSE)
  assert.equal(body.conversation_parts.conversation_parts[0].body, null)
  assert.notEqual(body.waiting_since, null)
  assert.equal(body.statistics.last_admin_reply_at, undefined)
})

test('a conversation is assigned to an admin and a team, and unassigned from them', async () => {
  const id = await begin()
  const toAdmin = await manage(id, assignTo(Number(admin_id)))
  const [part] = toAdmin.body.conversation_parts.conversation_parts
  assert.equal(part.part_type, 'assignment')
  assert.deepEqual(part.assigned_to, { type: 'admin', id: admin_id })
  assert.equal((await manage(id, assignTo(admin_id))).status, 422)

  const toTeam = await manage(id, assignTo(team!.id, 'team'))
  assert.equal(toTeam.body.team_assignee_id, Number(team!.id))
  assert.equal(toTeam.body.admin_assignee_id, Number(admin_id))
  assert.equal(toTeam.body.statistics.count_assignments, 2)

  const toNobody = await manage(id, assignTo(0))
  assert.equal(toNobody.body.admin_assignee_id, 0)
  assert.equal(toNobody.body.team_assignee_id, Number(team!.id))
  assert.equal(toNobody.body.conversation_parts.conversation_parts[0].assigned_to, null)
  const old = await t.call(`GET /conversations/${id}`, undefined, { version: '2.15' })
  assert.equal(old.body.admin_assignee_id, null)
})

test('an assignment opens a closed conversation', async () => {
  const id = await begin()
  await manage(id, CLOSE)
  const { body } = await manage(id, assignTo(admin_id))
  assert.equal(body.state, 'open')
  assert.equal(body.conversation_parts.conversation_parts[0].part_type, 'assign_and_reopen')
  assert.deepEqual((await topicsOf(id)).slice(-3), [
    'conversation.admin.assigned',
    'conversation.admin.open.assigned',
    'conversation.admin.opened',
  ])
})

test('a snoozed conversation counts as open, and is unsnoozed when it is due', async () => {
  const id = await begin()
  const { body } = await manage(id, { message_type: 'snoozed', snoozed_until: 1_900_000_000 })
  assert.deepEqual([body.state, body.open, body.snoozed_until], ['snoozed', true, 1_900_000_000])
  assert.deepEqual(body.conversation_parts.conversation_parts[0].event_details, {
    until: 'until 2030-03-17 17:46 UTC',
    custom_until_time: '2030-03-17T17:46:40.000Z',
  })

  assert.equal(await unsnoozeDue(sql, new Date(1_899_999_999_000)), 0)
  const both = await Promise.all([1, 2].map(() => unsnoozeDue(sql, new Date(1_900_000_000_000))))
  assert.deepEqual(both.sort(), [0, 1])
  const awake = (await t.call(`GET /conversations/${id}`)).body
  assert.deepEqual([awake.state, awake.snoozed_until], ['open', null])
  const part = awake.conversation_parts.conversation_parts.at(-1)
  assert.deepEqual([part.part_type, part.author.type, part.author.name], ['timer_unsnooze', 'bot', 'Operator'])
  assert.equal((await topicsOf(id)).at(-1), 'conversation.admin.unsnoozed')
})
