// SLAs: sad paths first.
import assert from 'node:assert/strict'
import { beforeEach, describe, test } from 'node:test'
import { passTime } from '#resources/conversations/slas/pass-time.ts'
import { testApp } from '../../../test/app.ts'
import { aContact } from '../../../test/factories.ts'

const t = await testApp()
const { sql } = t.database
const { admin_id } = t.created
const joe = await aContact(t.workspace, { email: 'joe@example.com' })
/** A Monday, 10:00 UTC. */
const MONDAY = Date.parse('2026-03-02T10:00:00Z') / 1000

// biome-ignore lint/suspicious/noExplicitAny: a test reads whatever shape an answer has
type Shown = any

const ok = async (route: string, body?: unknown, call = t.call): Promise<Shown> => {
  const answer = await call(route, body)
  assert.equal(answer.status, 200, `${route} ${answer.text}`)
  return answer.body
}
const anSla = async (sla: object): Promise<string> => (await ok('POST /extensions/slas', { name: 'Gold', ...sla })).id
const begin = async (): Promise<string> =>
  (await ok('POST /conversations', { from: { type: 'user', id: joe }, body: 'Hello' })).conversation_id
const apply = (id: string, sla_id: string | null) => ok(`PUT /extensions/conversations/${id}/sla`, { sla_id })
const act = (id: string, action: object) => ok(`POST /conversations/${id}/parts`, { admin_id, ...action })
const answer = (id: string, more: object = {}) =>
  ok(`POST /conversations/${id}/reply`, { message_type: 'comment', type: 'admin', admin_id, body: 'Yes', ...more })
const write = (id: string) =>
  ok(`POST /conversations/${id}/reply`, { message_type: 'comment', type: 'user', intercom_user_id: joe, body: 'And?' })
const advance = (advance_seconds: number) => ok('POST /extensions/sandbox/clock', { advance_seconds })
const show = (id: string) => ok(`GET /conversations/${id}`)
const statusOf = async (id: string) => (await show(id)).sla_applied?.sla_status
const partsOf = (conversation: Shown): string[] =>
  conversation.conversation_parts.conversation_parts.map(({ part_type }: Shown) => part_type)
const slaParts = async (id: string): Promise<Shown[]> =>
  (await show(id)).conversation_parts.conversation_parts.filter(({ part_type }: Shown) =>
    part_type.startsWith('conversation_sla'),
  )

beforeEach(async () => {
  await t.call('POST /extensions/sandbox/reset')
  await aContact(t.workspace, { id: joe, email: 'joe@example.com' })
  await ok('POST /extensions/sandbox/clock', { freeze_at: MONDAY })
})

describe('a request is refused', () => {
  test('without a token', async () => {
    for (const route of ['GET /extensions/slas', 'GET /extensions/slas/1', 'DELETE /extensions/slas/1'])
      assert.equal((await t.call(route, undefined, { token: null })).status, 401)
    for (const route of ['POST /extensions/slas', 'PUT /extensions/slas/1', 'PUT /extensions/conversations/1/sla'])
      assert.equal((await t.call(route, {}, { token: null })).status, 401)
  })

  test('for an SLA or a conversation that is unknown or of another workspace', async () => {
    const other = await t.another()
    const { id: theirs } = await ok('POST /extensions/slas', { name: 'Theirs', time_to_close: 1 }, other.call)
    const id = await begin()
    for (const sla of ['0', 'gold', '99999999999999999999', theirs]) {
      const answers = [
        await t.call(`GET /extensions/slas/${sla}`),
        await t.call(`PUT /extensions/slas/${sla}`, { name: 'Mine' }),
        await t.call(`DELETE /extensions/slas/${sla}`),
        await t.call(`PUT /extensions/conversations/${id}/sla`, { sla_id: sla }),
      ]
      for (const { status, body } of answers)
        assert.deepEqual([status, body.errors], [404, [{ code: 'not_found', message: 'SLA not found' }]])
    }
    const sla = await anSla({ time_to_close: 1 })
    assert.equal((await t.call('PUT /extensions/conversations/999999/sla', { sla_id: sla })).status, 404)
    assert.equal(
      (await other.call(`PUT /extensions/conversations/${id}/sla`, { sla_id: theirs })).body.errors[0].message,
      'Resource Not Found',
    )
    const { id: team } = await ok('POST /extensions/teams', { name: 'Team', admin_ids: [admin_id] })
    assert.equal((await t.call(`PUT /extensions/teams/${team}/assignment`, { sla_id: theirs })).status, 404)
  })

  test('with values that are no SLA', async () => {
    const gold = await anSla({ time_to_close: 60 })
    const silver = await anSla({ name: 'Silver', time_to_close: 60 })
    const refused: [object, RegExp][] = [
      [{}, /^name is/],
      [{ name: '' }, /^name/],
      [{ name: '  ', time_to_close: 1 }, /^name/],
      [{ name: 'x'.repeat(256), time_to_close: 1 }, /^name/],
      [{ name: 5, time_to_close: 1 }, /^name/],
      [{ name: 'No target' }, /^An SLA needs one of first_reply_time/],
      [{ name: 'x', time_to_close: 0 }, /^time_to_close/],
      [{ name: 'x', time_to_close: -1 }, /^time_to_close/],
      [{ name: 'x', time_to_close: 1.5 }, /^time_to_close/],
      [{ name: 'x', first_reply_time: 'soon' }, /^first_reply_time/],
      [{ name: 'x', next_reply_time: 1e9 }, /^next_reply_time/],
      [{ name: 'x', resolution_time: 1, in_office_hours: 'yes' }, /^in_office_hours/],
      [{ name: 'GOLD', time_to_close: 1 }, /^name is that of another SLA$/],
    ]
    for (const [body, message] of refused) {
      const { status, body: answered } = await t.call('POST /extensions/slas', body)
      assert.equal(status, 400, JSON.stringify(body))
      assert.match(answered.errors[0].message, message)
    }
    for (const body of [{ time_to_close: null }, { name: 'gold' }, { time_to_close: 0 }])
      assert.equal((await t.call(`PUT /extensions/slas/${silver}`, body)).status, 400, JSON.stringify(body))
    assert.deepEqual(
      (await ok('GET /extensions/slas')).data.map(({ id }: Shown) => id),
      [gold, silver],
    )
  })

  test('if there is no SLA to remove', async () => {
    const id = await begin()
    for (const _ of [1, 2]) {
      const { status, body } = await t.call(`PUT /extensions/conversations/${id}/sla`, { sla_id: null })
      assert.deepEqual([status, body.errors[0].message], [422, 'No SLA is applied to the conversation'])
      await apply(id, await anSla({ name: `Gold ${_}`, time_to_close: 60 }))
      await apply(id, null)
    }
    assert.equal((await t.call(`PUT /extensions/conversations/${id}/sla`, {})).status, 400)
  })
})

test('an SLA is created, changed, listed and deleted; two of one name at once become one', async () => {
  const created = await ok('POST /extensions/slas', { name: 'Gold', first_reply_time: 60 })
  assert.deepEqual(created, {
    ...{ type: 'sla', id: created.id, name: 'Gold', in_office_hours: true, created_at: MONDAY, updated_at: MONDAY },
    ...{ first_reply_time: 60, next_reply_time: null, resolution_time: null, time_to_close: null },
  })
  await advance(5)
  const changed = await ok(`PUT /extensions/slas/${created.id}`, { first_reply_time: null, time_to_close: 90 })
  assert.deepEqual(changed, { ...created, first_reply_time: null, time_to_close: 90, updated_at: MONDAY + 5 })
  assert.deepEqual(await ok(`GET /extensions/slas/${created.id}`), changed)
  const twice = await Promise.all([1, 2].map(() => t.call('POST /extensions/slas', { name: 'Two', time_to_close: 1 })))
  assert.deepEqual(twice.map(({ status }) => status).sort(), [200, 400])
  const deleted = await ok(`DELETE /extensions/slas/${created.id}`)
  assert.deepEqual(deleted, { id: created.id, object: 'sla', deleted: true })
  assert.equal((await t.call(`DELETE /extensions/slas/${created.id}`)).status, 404)
})

test('fields that an SLA does not have are ignored', async () => {
  const other = await t.another()
  const strange = { id: '7', workspace_id: other.created.id, created_at: 1, constructor: 1, 'name"': 1 }
  const created = await ok('POST /extensions/slas', { name: 'Gold', time_to_close: 60, ...strange })
  const changed = await ok(`PUT /extensions/slas/${created.id}`, { time_to_close: 90, ...strange })
  assert.deepEqual(changed, { ...created, time_to_close: 90 })
  assert.deepEqual((await ok('GET /extensions/slas', undefined, other.call)).data, [])
})

test('an SLA is applied with a part, and active; a reply in time hits it', async () => {
  const id = await begin()
  assert.equal((await show(id)).sla_applied, null)
  const applied = await apply(id, await anSla({ first_reply_time: 60 }))
  assert.deepEqual(applied.sla_applied, { type: 'conversation_sla_summary', sla_name: 'Gold', sla_status: 'active' })
  const [part] = applied.conversation_parts.conversation_parts
  assert.deepEqual([part.part_type, part.author.type], ['conversation_sla_applied_by_workflow', 'bot'])
  assert.deepEqual(part.event_details, {
    sla_name: 'Gold',
    sla_definition: { first_reply_time: 60, next_reply_time: null, resolution_time: null, time_to_close: null },
  })
  await advance(60)
  await answer(id, { message_type: 'note' })
  assert.equal(await statusOf(id), 'active')
  assert.equal((await answer(id)).sla_applied.sla_status, 'hit')
  await advance(1_000)
  assert.equal(await statusOf(id), 'hit')
  const listed = await ok('GET /conversations')
  assert.equal(listed.conversations[0].sla_applied.sla_status, 'hit')
})

test('a target is missed when its time passes, with a part by the bot, once', async () => {
  const id = await begin()
  await apply(id, await anSla({ first_reply_time: 60, time_to_close: 120 }))
  await advance(60)
  assert.equal(await statusOf(id), 'active')
  await advance(1)
  assert.equal(await statusOf(id), 'missed')
  await advance(30)
  const [, missed] = await slaParts(id)
  assert.equal((await slaParts(id)).length, 2)
  assert.deepEqual(
    [missed.part_type, missed.author.type, missed.created_at, missed.event_details],
    [
      ...['conversation_sla_target_missed', 'bot', MONDAY + 61],
      {
        sla_name: 'Gold',
        sla_target_type: 'first_reply_time',
        current_sla_status: 'missed',
        sla_states: { first_reply_time: 'missed', time_to_close: 'active' },
      },
    ],
  )
  await answer(id)
  const closed = await act(id, { message_type: 'close' })
  assert.equal(closed.sla_applied.sla_status, 'missed')
  assert.equal(closed.statistics.count_conversation_parts, 4)
})

test('a job misses targets on the clock of each workspace', async () => {
  await ok('POST /extensions/sandbox/clock', { reset: true })
  const id = await begin()
  await apply(id, await anSla({ first_reply_time: 60 }))
  const other = await t.another()
  await ok('POST /extensions/sandbox/clock', { freeze_at: MONDAY }, other.call)
  const ann = await aContact(other.workspace, { email: 'ann@example.com' })
  const from = { from: { type: 'user', id: ann }, body: 'Hello' }
  const { conversation_id: frozen } = await ok('POST /conversations', from, other.call)
  const { id: theirs } = await ok('POST /extensions/slas', { name: 'Gold', first_reply_time: 60 }, other.call)
  await ok(`PUT /extensions/conversations/${frozen}/sla`, { sla_id: theirs }, other.call)

  assert.equal(await passTime(sql, new Date()), 0)
  assert.equal(await passTime(sql, new Date(Date.now() + 62_000)), 1)
  assert.equal((await ok(`GET /conversations/${frozen}`, undefined, other.call)).sla_applied.sla_status, 'active')
})

test('a snooze pauses the targets, and they run again after it, by the timer or a reply', async () => {
  const id = await begin()
  await apply(id, await anSla({ time_to_close: 100 }))
  await advance(40)
  await act(id, { message_type: 'snoozed', snoozed_until: MONDAY + 10_000 })
  await advance(9_000)
  assert.equal(await statusOf(id), 'active')
  await advance(1_000)
  assert.deepEqual(partsOf(await show(id)), [
    ...['conversation_sla_applied_by_workflow', 'snoozed', 'conversation_sla_paused', 'timer_unsnooze'],
    'conversation_sla_unpaused',
  ])
  await advance(60)
  assert.equal(await statusOf(id), 'active')
  await act(id, { message_type: 'snoozed', snoozed_until: MONDAY + 20_000 })
  await advance(5_000)
  await write(id)
  await advance(1)
  assert.equal(await statusOf(id), 'missed')
})

test('only office hours count, unless the SLA says otherwise', async () => {
  const nine_to_five = [0, 1, 2, 3, 4].map((day) => ({ start_minute: day * 1440 + 540, end_minute: day * 1440 + 1020 }))
  await t.call('POST /office_hours_schedules', {
    ...{ name: 'UTC', time_zone_name: 'UTC', time_intervals: nine_to_five },
  })
  const hours = 3_600
  const [in_hours, always] = [await begin(), await begin()]
  await apply(in_hours, await anSla({ first_reply_time: 8 * hours }))
  await apply(always, await anSla({ name: 'Always', first_reply_time: 8 * hours, in_office_hours: false }))
  await advance(8 * hours + 1)
  assert.deepEqual([await statusOf(in_hours), await statusOf(always)], ['active', 'missed'])
  await advance(16 * hours - 1)
  assert.equal(await statusOf(in_hours), 'active')
  await advance(1)
  assert.equal(await statusOf(in_hours), 'missed')
})

test('an SLA that is removed has no status; another one begins anew', async () => {
  const id = await begin()
  await apply(id, await anSla({ first_reply_time: 60 }))
  await advance(100)
  const removed = await apply(id, null)
  assert.equal(removed.sla_applied, null)
  assert.deepEqual(partsOf(removed), ['conversation_sla_removed'])
  await answer(id)
  assert.equal((await slaParts(id)).length, 3)
  const again = await apply(id, await anSla({ name: 'Silver', time_to_close: 60 }))
  assert.deepEqual([again.sla_applied.sla_name, again.sla_applied.sla_status], ['Silver', 'active'])
})

test('a team applies its SLA to what is assigned to it, unless there is one; deleting it leaves the conversations', async () => {
  const sla_id = await anSla({ next_reply_time: 60 })
  const { id: team } = await ok('POST /extensions/teams', { name: 'Team', admin_ids: [admin_id] })
  const settings = { sla_id, distribution_method: 'round_robin' }
  assert.equal((await ok(`PUT /extensions/teams/${team}/assignment`, settings)).sla_id, sla_id)
  const id = await begin()
  const assigned = await act(id, { message_type: 'assignment', type: 'team', assignee_id: team })
  assert.equal(assigned.sla_applied.sla_name, 'Gold')
  assert.deepEqual(partsOf(assigned), ['assignment', 'conversation_sla_applied_by_rule', 'default_assignment'])

  const other = await begin()
  await apply(other, await anSla({ name: 'Silver', next_reply_time: 60 }))
  await act(other, { message_type: 'assignment', type: 'team', assignee_id: team })
  assert.equal((await show(other)).sla_applied.sla_name, 'Silver')

  await ok(`DELETE /extensions/slas/${sla_id}`)
  assert.equal((await ok(`GET /extensions/teams/${team}/assignment`)).sla_id, null)
  await answer(id)
  await advance(600)
  await write(id)
  assert.equal((await show(id)).sla_applied.sla_status, 'active')
  await advance(61)
  assert.deepEqual((await show(id)).sla_applied.sla_status, 'missed')
})

test('a reply and the clock at once leave what one order of them leaves', async () => {
  for (let round = 0; round < 5; round++) {
    const id = await begin()
    await apply(id, await anSla({ name: `Gold ${round}`, first_reply_time: 60 }))
    await Promise.all([answer(id), advance(61), answer(id)])
    await advance(1)
    const conversation = await show(id)
    const reply = conversation.conversation_parts.conversation_parts.find(
      ({ part_type }: Shown) => part_type === 'comment',
    )
    const missed = (await slaParts(id)).filter(({ part_type }) => part_type === 'conversation_sla_target_missed')
    assert.equal(conversation.sla_applied.sla_status, missed.length ? 'missed' : 'hit')
    const applied = (await slaParts(id))[0].created_at
    if (reply.created_at - applied > 60) assert.equal(missed.length, 1)
    assert.ok(missed.length <= 1)
  }
})
