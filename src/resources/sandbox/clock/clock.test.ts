// The clock of a workspace: what uses it, and what does not.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { beforeEach, test } from 'node:test'
import { buildApp } from '#app.ts'
import { JITTER } from '#delivery/retry.ts'
import { removeExpired } from '#jobs/housekeeping.ts'
import { unsnoozeDue } from '#resources/conversations/state/unsnooze.ts'
import { SECRET, testApp } from '../../../../test/app.ts'
import { captureAll } from '../../../../test/capture.ts'
import { aContact, eventually } from '../../../../test/factories.ts'
import { clockAfter } from './change.ts'

const t = await testApp()
const other = await t.another()
const { sql } = t.database
const { admin_id } = t.created
const DAY = 24 * 60 * 60
/** A Monday in the past, in Unix seconds. */
const MONDAY = 1_700_000_000

beforeEach(async () => {
  for (const call of [t.call, other.call]) await call('POST /extensions/sandbox/reset')
})

const set = async (request: object, call = t.call) => {
  const { status, body, text } = await call('POST /extensions/sandbox/clock', request)
  assert.equal(status, 200, text)
  return body
}
const post = async (path: string, body: object, call = t.call) => {
  const answer = await call(`POST ${path}`, body)
  assert.equal(answer.status, 200, answer.text)
  return answer.body
}
const lead = () => post('/contacts', { role: 'lead' })
const seconds = () => Math.floor(Date.now() / 1000)
const isNow = (time: number, expected = seconds(), within = 2) =>
  assert.ok(Math.abs(time - expected) <= within, `${time} ${expected}`)

async function snoozed(until: number, call = t.call, admin = admin_id): Promise<string> {
  const { id } = await post('/contacts', { role: 'lead' }, call)
  const { conversation_id } = await post('/conversations', { from: { type: 'lead', id }, body: 'Later' }, call)
  const snooze = { message_type: 'snoozed', admin_id: admin, snoozed_until: until }
  await post(`/conversations/${conversation_id}/parts`, snooze, call)
  return conversation_id
}
const stateOf = async (id: string, call = t.call) => (await call(`GET /conversations/${id}`)).body.state

test('an invalid request is refused, and the clock does not change', async () => {
  const refused: [body: object, message: RegExp][] = [
    [{}, /^One of freeze_at, advance_seconds and reset is required$/],
    [{ freeze_at: 'now', advance_seconds: 1 }, /^Only one of/],
    [{ freeze_at: 'noon' }, /^freeze_at /],
    [{ freeze_at: -1 }, /^freeze_at /],
    [{ freeze_at: 4_102_444_801 }, /^freeze_at /],
    [{ advance_seconds: 0 }, /^advance_seconds /],
    [{ advance_seconds: -5 }, /^advance_seconds /],
    [{ advance_seconds: 1.5 }, /^advance_seconds /],
    [{ advance_seconds: 4_102_444_800 }, /^The clock cannot be set beyond the year 2100$/],
    [{ reset: false }, /^reset /],
  ]
  for (const [body, message] of refused) {
    const { status, body: answer } = await t.call('POST /extensions/sandbox/clock', body)
    assert.equal(status, 400, JSON.stringify(body))
    assert.match(answer.errors[0].message, message)
  }
  const { body } = await t.call('GET /extensions/sandbox/clock')
  assert.deepEqual([body.frozen_at, body.ahead_seconds], [null, 0])
  isNow(body.now)
  assert.equal((await t.call('POST /extensions/sandbox/clock', { reset: true }, { token: null })).status, 401)
})

test('a clock is frozen, advanced, and runs again', () => {
  const real = new Date('2026-06-01T12:00:00Z')
  const running = { clock_frozen_at: null, clock_ahead_seconds: 0 }
  const ahead = clockAfter(clockAfter(running, { advance_seconds: 60 }, real), { advance_seconds: 30 }, real)
  assert.deepEqual(ahead, { clock_frozen_at: null, clock_ahead_seconds: 90 })
  const frozen = clockAfter(ahead, { freeze_at: 'now' }, real)
  assert.deepEqual(frozen, { clock_frozen_at: new Date('2026-06-01T12:01:30Z'), clock_ahead_seconds: 0 })
  const later = clockAfter(frozen, { advance_seconds: 3600 }, new Date('2027-01-01T00:00:00Z'))
  assert.deepEqual(later.clock_frozen_at, new Date('2026-06-01T13:01:30Z'))
  assert.deepEqual(clockAfter(later, { reset: true }, real), running)
})

test('what is created while the clock is frozen has its time, but not in other workspaces', async () => {
  await set({ freeze_at: MONDAY })
  const contact = await lead()
  assert.deepEqual([contact.created_at, contact.updated_at], [MONDAY, MONDAY])
  assert.equal(parseInt(contact.id.slice(0, 8), 16), MONDAY)
  const first = await post('/conversations', { from: { type: 'lead', id: contact.id }, body: 'Hello' })
  assert.equal(first.created_at, MONDAY)
  const answer = { message_type: 'comment', type: 'admin', admin_id, body: 'Yes?' }
  await set({ advance_seconds: 120 })
  const answered = await post(`/conversations/${first.conversation_id}/reply`, answer)
  assert.equal(answered.updated_at, MONDAY + 120)
  assert.equal(answered.conversation_parts.conversation_parts[0].created_at, MONDAY + 120)
  assert.equal(answered.statistics.time_to_admin_reply, 120)
  assert.equal((await t.call('GET /extensions/sandbox/clock')).body.now, MONDAY + 120)

  isNow((await post('/contacts', { role: 'lead' }, other.call)).created_at)
  const made = await t.call('POST /extensions/workspaces', { name: 'Made by a frozen one' })
  isNow(made.body.created_at)
  await t.call(`DELETE /extensions/workspaces/${made.body.id}`)
})

test('a token stays valid at any time of its workspace’s clock', async () => {
  await set({ freeze_at: 0 })
  assert.equal((await t.call('GET /me')).status, 200)
  await set({ freeze_at: 4_102_444_800 })
  assert.equal((await t.call('GET /me')).status, 200)
  const { headers } = await t.call('GET /tags')
  const resets_in = Number(headers['x-ratelimit-reset']) - seconds()
  assert.ok(resets_in >= 0 && resets_in <= 11, `${resets_in}`)
})

test('two concurrent advances both take effect', async () => {
  await Promise.all(Array.from({ length: 8 }, () => set({ advance_seconds: 100 })))
  assert.equal((await t.call('GET /extensions/sandbox/clock')).body.ahead_seconds, 800)
})

test('another process uses the changed clock', async () => {
  const app = buildApp({ sql, files: t.files, secret: SECRET })
  const headers = { authorization: `Bearer ${t.created.token}` }
  const createdAt = async () =>
    (await app.inject({ method: 'POST', url: '/contacts', headers, payload: { role: 'lead' } })).json().created_at
  isNow(await createdAt())
  await set({ freeze_at: MONDAY })
  await eventually(createdAt, (time) => time === MONDAY, 4_000)
  await app.close()
})

test('a snoozed conversation is unsnoozed when its workspace’s clock is advanced, and no other is', async () => {
  const mine = await snoozed(seconds() + DAY)
  const theirs = await snoozed(seconds() + DAY, other.call, other.created.admin_id)
  assert.equal((await set({ advance_seconds: DAY - 100 })).woken, 0)
  assert.equal(await unsnoozeDue(sql, new Date()), 0)
  assert.equal((await set({ advance_seconds: 200 })).woken, 1)
  assert.deepEqual([await stateOf(mine), await stateOf(theirs, other.call)], ['open', 'snoozed'])
  const { body } = await t.call(`GET /conversations/${mine}`)
  const woke = body.conversation_parts.conversation_parts.at(-1)
  assert.equal(woke.part_type, 'timer_unsnooze')
  isNow(woke.created_at, seconds() + DAY + 100)
})

test('housekeeping unsnoozes by each workspace’s clock: with a clock frozen in the past, a conversation stays snoozed', async () => {
  await set({ freeze_at: MONDAY })
  const mine = await snoozed(MONDAY + 60)
  const theirs = await snoozed(seconds() + 60, other.call, other.created.admin_id)
  await set({ advance_seconds: 3 * DAY }, other.call)
  await sql`
    update conversations set state = 'snoozed', snoozed_until = now() + interval '1 hour'
    where workspace_id = ${other.created.id}`
  assert.equal(await unsnoozeDue(sql, new Date()), 1)
  assert.deepEqual([await stateOf(mine), await stateOf(theirs, other.call)], ['snoozed', 'open'])
  await set({ reset: true })
  assert.equal(await stateOf(mine), 'open')
})

test('five days after a conversation was closed, by the clock, a message starts a new one', async () => {
  await aContact(t.workspace, { role: 'lead', formatted_phone: '+12025550171' })
  const write = () =>
    post('/extensions/sandbox/replies', { channel: 'sms', contact: { phone: '+12025550171' }, body: 'Hi' })
  const { conversation_id } = await write()
  await post(`/conversations/${conversation_id}/parts`, { message_type: 'close', type: 'admin', admin_id })
  await set({ advance_seconds: 5 * DAY - 60 })
  assert.equal((await write()).conversation_id, conversation_id)
  await post(`/conversations/${conversation_id}/parts`, { message_type: 'close', type: 'admin', admin_id })
  await set({ advance_seconds: 5 * DAY })
  const { outcome, conversation_id: another } = await write()
  assert.equal(outcome, 'begun')
  assert.notEqual(another, conversation_id)
})

test('a day after the contact wrote on WhatsApp, by the clock, only a template is sent', async (context) => {
  await captureAll(sql, context)
  const contact = { phone: '+12025550172' }
  const { conversation_id } = await post('/extensions/sandbox/replies', { channel: 'whatsapp', contact, body: 'Hi' })
  const answer = async () => {
    const comment = { message_type: 'comment', type: 'admin', admin_id, body: 'Hello' }
    await post(`/conversations/${conversation_id}/reply`, comment)
    const look = async () => (await t.call('GET /extensions/deliveries')).body.data[0]
    return (await eventually(look, ({ status }) => status !== 'queued')).error?.code
  }
  assert.equal(await answer(), undefined)
  await set({ advance_seconds: DAY + 60 })
  assert.equal(await answer(), '131047')
})

test('a retry is due by the clock, and after a day of retries a delivery is given up', async (context) => {
  await captureAll(sql, context)
  const { id } = await post('/contacts', { email: 'anna+deferred@example.com' })
  const from = { type: 'admin', id: admin_id }
  const message = await post('/messages', {
    message_type: 'email',
    subject: 'x',
    body: 'x',
    from,
    to: { type: 'user', id },
  })
  const look = async () => (await t.call(`GET /extensions/messages/${message.id}/deliveries`)).body.data[0]
  const attempted = (count: number) => eventually(look, ({ history }) => history.length === count)
  const first = await attempted(1)
  const isAfterWait = (time: number, from: number, wait: number) => isNow(time, from + wait, 2 + JITTER * wait)
  isAfterWait(first.next_attempt_at, first.created_at, 5)
  await set({ advance_seconds: 60 })
  const second = await attempted(2)
  isNow(second.history[1].at, first.created_at + 60)
  isAfterWait(second.next_attempt_at, first.created_at + 60, 15)
  await set({ advance_seconds: DAY })
  const last = await attempted(4)
  assert.deepEqual([last.status, last.history[3].event], ['failed', 'given_up'])
  isNow(last.updated_at, first.created_at + DAY + 60)
})

test('a delivery that is being sent is not sent twice when the clock is advanced', async () => {
  const { id } = await post('/contacts', { email: 'busy@example.com' })
  const from = { type: 'admin', id: admin_id }
  await post('/messages', { message_type: 'email', subject: 'x', body: 'x', from, to: { type: 'user', id } })
  await sql`
    update deliveries set due_at = now() + interval '30 seconds', attempts = 1 where workspace_id = ${t.created.id}`
  await set({ advance_seconds: DAY })
  const [row] = await sql`select due_at > now() as leased from deliveries where workspace_id = ${t.created.id}`
  assert.equal(row?.['leased'], true)
})

test('an Idempotency-Key expires after a day on the clock; a repeated request that advanced the clock has no effect', async () => {
  const key = { 'idempotency-key': randomUUID() }
  const create = async () => (await t.call('POST /contacts', { role: 'lead' }, { headers: key })).body.id
  const first = await create()
  await set({ advance_seconds: DAY - 60 })
  assert.equal(await create(), first)
  const advance = { advance_seconds: 2 * DAY }
  const own = { headers: { 'idempotency-key': randomUUID() } }
  for (const replayed of [undefined, 'true']) {
    const { headers } = await t.call('POST /extensions/sandbox/clock', advance, own)
    assert.equal(headers['idempotent-replayed'], replayed)
  }
  assert.notEqual(await create(), first)
})

test('a clock that is frozen in the past loses neither stored answers nor events', async () => {
  await set({ freeze_at: MONDAY })
  const headers = { 'idempotency-key': randomUUID() }
  const create = async () => (await t.call('POST /contacts', { role: 'lead' }, { headers })).body.id
  const id = await create()
  await removeExpired(sql, 30)
  assert.equal(await create(), id)
  assert.equal((await sql`select from events where object_id = ${id}`).count, 1)
})

test('a reset of the sandbox resets the clock and the lags, and disarms faults', async () => {
  await set({ freeze_at: MONDAY })
  await t.call('PUT /extensions/sandbox/settings', { search_lag_ms: 1_000, message_lag_ms: 1_000 })
  await t.call('POST /extensions/sandbox/faults', { fault: '500' })
  await t.call('POST /extensions/sandbox/reset')
  isNow((await lead()).created_at)
  const { search_lag_ms, message_lag_ms } = (await t.call('GET /extensions/sandbox/settings')).body
  assert.deepEqual([search_lag_ms, message_lag_ms], [0, 0])
  assert.deepEqual((await t.call('GET /extensions/sandbox/faults')).body.data, [])
})
