// Status updates of deliveries: late, repeated, out of order, and for unknown deliveries.

import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import type { Outcome } from '#channels/channel.ts'
import { contactRecords } from '#resources/contacts/fragments.ts'
import { testApp } from '../../test/app.ts'
import { aContact, aMessage } from '../../test/factories.ts'
import { lease } from './lease.ts'
import { DEFAULT_RETRY } from './retry.ts'
import { settle, settlement } from './settle.ts'
import { applyStatusUpdate } from './status-update.ts'

const t = await testApp()
const { workspace, call } = t
const { sql, id: workspace_id } = workspace
let contact: string
let delivery: { id: string }

const look = async () => (await call(`GET /extensions/deliveries/${delivery.id}`)).body
const deliveryRef = (more = {}) => ({ workspace_id, channel: 'sms' as const, delivery_id: delivery.id, ...more })
const failed = { status: 'failed' as const, code: '30003', reason: 'Unreachable' }

beforeEach(async () => {
  await call('POST /extensions/sandbox/reset')
  contact = await aContact(workspace, { formatted_phone: '+12025550123' })
  const message = await aMessage(workspace, { to: contact, message_type: 'sms' })
  delivery = (await call(`GET /extensions/messages/${message}/deliveries`)).body.data[0]
})

/** As the worker does it. */
async function send(provider_id: string) {
  const [outgoing] = await lease(t.database.sql, [], 10, 30)
  const sent = settlement(outgoing!, { outcome: 'sent', provider_id }, DEFAULT_RETRY, new Date())
  return () => settle(t.database.sql, contactRecords, [sent])
}

test('an update for an unknown delivery changes nothing: another workspace, another channel, no number, no such id', async () => {
  const other = await t.another()
  for (const unknown of [
    deliveryRef({ workspace_id: other.created.id }),
    deliveryRef({ channel: 'whatsapp' }),
    deliveryRef({ delivery_id: 'x' }),
    { workspace_id, channel: 'sms' as const, provider_id: 'SMunknown' },
  ])
    assert.equal(await applyStatusUpdate(sql, contactRecords, unknown, { status: 'delivered' }), undefined)
  assert.equal((await look()).status, 'queued')
})

test('a status never moves back, and a repeated update is recorded once', async () => {
  await (await send('SM1'))()
  const by_provider_id = { workspace_id, channel: 'sms' as const, provider_id: 'SM1' }
  assert.equal((await applyStatusUpdate(sql, contactRecords, by_provider_id, { status: 'read' }))?.moved, true)
  assert.equal((await applyStatusUpdate(sql, contactRecords, by_provider_id, { status: 'read' }))?.moved, false)
  assert.equal((await applyStatusUpdate(sql, contactRecords, by_provider_id, { status: 'delivered' }))?.moved, false)
  assert.equal((await applyStatusUpdate(sql, contactRecords, by_provider_id, failed))?.moved, false)
  const { status, history, error } = await look()
  assert.deepEqual(
    [status, error, history.map((one: { status: string }) => one.status)],
    ['read', null, ['sent', 'read']],
  )
})

test('a failure shows its reason, and a later success counts', async () => {
  await (await send('SM1'))()
  await applyStatusUpdate(sql, contactRecords, deliveryRef(), failed)
  const failure = await look()
  assert.deepEqual([failure.status, failure.error.code, failure.error.reason], ['failed', '30003', 'Unreachable'])
  await applyStatusUpdate(sql, contactRecords, deliveryRef(), { status: 'delivered' })
  const better = await look()
  assert.deepEqual([better.status, better.error], ['delivered', null])
})

test('an update that arrives before the outcome is written is not lost, and the message is not sent again', async () => {
  const write = await send('SM1')
  assert.equal(
    (await applyStatusUpdate(sql, contactRecords, deliveryRef({ provider_id: 'SM1' }), { status: 'delivered' }))?.moved,
    true,
  )
  await write()
  const { status, provider_id } = await look()
  assert.deepEqual([status, provider_id], ['delivered', 'SM1'])
  await sql`update deliveries set due_at = now() - interval '1 second' where workspace_id = ${workspace_id}`
  assert.equal((await lease(t.database.sql, [], 10, 30)).length, 0)
})

test('if the answer of a provider is lost, an update that it has the message prevents another send', async () => {
  const [outgoing] = await lease(t.database.sql, [], 10, 30)
  assert.equal(
    (await applyStatusUpdate(sql, contactRecords, deliveryRef({ provider_id: 'SM1' }), { status: 'sent' }))?.moved,
    true,
  )
  const lost = settlement(outgoing!, { outcome: 'retry', code: 'x', reason: 'x' }, DEFAULT_RETRY, new Date())
  await settle(t.database.sql, contactRecords, [lost])
  await sql`update deliveries set due_at = now() - interval '1 second' where workspace_id = ${workspace_id}`
  assert.equal((await lease(t.database.sql, [], 10, 30)).length, 0)
  const { status, provider_id, history } = await look()
  assert.deepEqual([status, provider_id], ['sent', 'SM1'])
  assert.deepEqual(
    history.map((one: { status: string }) => one.status),
    ['sent', 'sent'],
  )
})

test('characters of a provider that PostgreSQL cannot store are removed, and the rest is written', async () => {
  const [outgoing] = await lease(t.database.sql, [], 10, 30)
  const refused = { outcome: 'failed' as const, code: 'x', reason: 'a\0b', answer: 'half a 😀'.slice(0, -1) }
  await settle(t.database.sql, contactRecords, [settlement(outgoing!, refused, DEFAULT_RETRY, new Date())])
  const { error, history } = await look()
  assert.deepEqual([error.reason, history[0].provider_answer], ['ab', 'half a \ufffd'])
})

test('an update that arrives while the outcome is written is not overwritten, and there is no deadlock', async () => {
  for (let round = 0; round < 60; round++) {
    await sql`update deliveries set status = 'queued', due_at = now() - interval '1 second', provider_id = null where id = ${delivery.id}`
    await sql`update contacts set unsubscribed_from_sms = false where id = ${contact}`
    const write = await send(`SM${round}`)
    await Promise.all([
      write(),
      applyStatusUpdate(sql, contactRecords, deliveryRef(), { status: 'delivered', unsubscribe: true }),
    ])
    assert.equal((await look()).status, 'delivered')
  }
})

test('the failure of the only message at the provider counts, although a later attempt failed', async () => {
  const again = () =>
    sql`update deliveries set due_at = now() - interval '1 second' where workspace_id = ${workspace_id}`
  const lost = { outcome: 'retry' as const, code: 'x', reason: 'x' }
  for (const word of [undefined, 'sent'] as const) {
    await again()
    const [outgoing] = await lease(t.database.sql, [], 10, 30)
    if (word)
      await applyStatusUpdate(sql, contactRecords, deliveryRef({ provider_id: 'SM1', attempt: 1 }), { status: word })
    await settle(t.database.sql, contactRecords, [settlement(outgoing!, lost, DEFAULT_RETRY, new Date())])
  }
  assert.equal(
    (await applyStatusUpdate(sql, contactRecords, deliveryRef({ provider_id: 'SM0', attempt: 1 }), failed))?.moved,
    false,
  )
  assert.equal(
    (await applyStatusUpdate(sql, contactRecords, deliveryRef({ provider_id: 'SM1', attempt: 1 }), failed))?.moved,
    true,
  )
  assert.deepEqual([(await look()).status, (await look()).attempts], ['failed', 2])
})

test('the failure of an attempt does not affect a later one, whether automatic or requested', async () => {
  await (await send('SM1'))()
  await applyStatusUpdate(sql, contactRecords, deliveryRef({ attempt: 1 }), failed)
  await call(`POST /extensions/deliveries/${delivery.id}/retry`)
  assert.equal((await applyStatusUpdate(sql, contactRecords, deliveryRef({ attempt: 1 }), failed))?.moved, false)
  assert.equal((await look()).status, 'queued')
  await (await send('SM2'))()
  assert.equal((await applyStatusUpdate(sql, contactRecords, deliveryRef({ attempt: 1 }), failed))?.moved, false)
  assert.equal((await look()).status, 'sent')
  assert.equal((await applyStatusUpdate(sql, contactRecords, deliveryRef({ attempt: 2 }), failed))?.moved, true)
  assert.equal(
    (await applyStatusUpdate(sql, contactRecords, deliveryRef({ attempt: 1 }), { status: 'delivered' }))?.moved,
    true,
  )
})

test('an opt-out is recorded with the contact, also if the status stays the same', async () => {
  await (await send('SM1'))()
  await applyStatusUpdate(sql, contactRecords, deliveryRef(), { status: 'delivered' })
  await applyStatusUpdate(sql, contactRecords, deliveryRef(), { status: 'delivered', unsubscribe: true })
  await applyStatusUpdate(sql, contactRecords, deliveryRef(), { status: 'delivered', unsubscribe: true })
  const [row] = await sql`select unsubscribed_from_sms, unsubscribed_from_emails from contacts where id = ${contact}`
  assert.deepEqual({ ...row }, { unsubscribed_from_sms: true, unsubscribed_from_emails: false })
  const [counted] = await sql`
    select count(*)::int from events where workspace_id = ${workspace_id} and topic = 'contact.unsubscribed'`
  assert.equal(counted?.['count'], 1)
})

test('a delivery canceled during an attempt stays canceled if it fails, and is sent if it succeeds', async () => {
  const [outgoing] = await lease(t.database.sql, [], 10, 30)
  assert.equal((await call(`POST /extensions/deliveries/${delivery.id}/cancel`)).status, 200)
  const settled = (outcome: Outcome) =>
    settle(t.database.sql, contactRecords, [settlement(outgoing!, outcome, DEFAULT_RETRY, new Date())])
  const about = { code: '20500', reason: 'Busy' }
  for (const outcome of ['retry', 'failed'] as const) {
    await settled({ outcome, ...about })
    const { status, error } = await look()
    assert.deepEqual([status, error.code], ['failed', 'canceled'], outcome)
  }
  assert.equal((await lease(t.database.sql, [], 10, 30)).length, 0)
  await settled({ outcome: 'sent', provider_id: 'SM1' })
  assert.deepEqual([(await look()).status, (await look()).error], ['sent', null])
})
