// Later words on deliveries: late, doubled, out of order, and about what nobody knows.

import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import type { Outcome } from '#channels/channel.ts'
import { contactRecords } from '#resources/contacts/fragments.ts'
import { testApp } from '../../test/app.ts'
import { aContact, aMessage } from '../../test/factories.ts'
import { lease } from './lease.ts'
import { report } from './report.ts'
import { DEFAULT_RETRY } from './retry.ts'
import { settle, settlement } from './settle.ts'

const t = await testApp()
const { workspace, call } = t
const { sql, id: workspace_id } = workspace
let contact: string
let delivery: { id: string }

const look = async () => (await call(`GET /extensions/deliveries/${delivery.id}`)).body
const meant = (more = {}) => ({ workspace_id, channel: 'sms' as const, delivery_id: delivery.id, ...more })
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

test('nobody knows it: another workspace, another channel, no number, no such name', async () => {
  const other = await t.another()
  for (const unknown of [
    meant({ workspace_id: other.created.id }),
    meant({ channel: 'whatsapp' }),
    meant({ delivery_id: 'x' }),
    { workspace_id, channel: 'sms' as const, provider_id: 'SMunknown' },
  ])
    assert.equal(await report(sql, contactRecords, unknown, { status: 'delivered' }), undefined)
  assert.equal((await look()).status, 'queued')
})

test('a status never moves back, and the same word is kept once', async () => {
  await (await send('SM1'))()
  const by_name = { workspace_id, channel: 'sms' as const, provider_id: 'SM1' }
  assert.equal((await report(sql, contactRecords, by_name, { status: 'read' }))?.moved, true)
  assert.equal((await report(sql, contactRecords, by_name, { status: 'read' }))?.moved, false)
  assert.equal((await report(sql, contactRecords, by_name, { status: 'delivered' }))?.moved, false)
  assert.equal((await report(sql, contactRecords, by_name, failed))?.moved, false)
  const { status, history, error } = await look()
  assert.deepEqual(
    [status, error, history.map((one: { status: string }) => one.status)],
    ['read', null, ['sent', 'read']],
  )
})

test('a failure says why; whoever reports better afterwards is believed', async () => {
  await (await send('SM1'))()
  await report(sql, contactRecords, meant(), failed)
  const failure = await look()
  assert.deepEqual([failure.status, failure.error.code, failure.error.reason], ['failed', '30003', 'Unreachable'])
  await report(sql, contactRecords, meant(), { status: 'delivered' })
  const better = await look()
  assert.deepEqual([better.status, better.error], ['delivered', null])
})

test('a word that comes before the sending is written down is not lost, nor is the message sent again', async () => {
  const writeDown = await send('SM1')
  assert.equal((await report(sql, contactRecords, meant({ provider_id: 'SM1' }), { status: 'delivered' }))?.moved, true)
  await writeDown()
  const { status, provider_id } = await look()
  assert.deepEqual([status, provider_id], ['delivered', 'SM1'])
  await sql`update deliveries set due_at = now() - interval '1 second' where workspace_id = ${workspace_id}`
  assert.equal((await lease(t.database.sql, [], 10, 30)).length, 0)
})

test('word that the provider has a message, where its answer was lost, keeps it from being sent again', async () => {
  const [outgoing] = await lease(t.database.sql, [], 10, 30)
  assert.equal((await report(sql, contactRecords, meant({ provider_id: 'SM1' }), { status: 'sent' }))?.moved, true)
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

test('words of a provider that no database text can hold are written as far as they can be', async () => {
  const [outgoing] = await lease(t.database.sql, [], 10, 30)
  const refused = { outcome: 'failed' as const, code: 'x', reason: 'a\0b', answer: 'half a 😀'.slice(0, -1) }
  await settle(t.database.sql, contactRecords, [settlement(outgoing!, refused, DEFAULT_RETRY, new Date())])
  const { error, history } = await look()
  assert.deepEqual([error.reason, history[0].provider_answer], ['ab', 'half a \ufffd'])
})

test('a word that comes while the sending is written down is not overwritten, and nobody waits in a circle', async () => {
  for (let round = 0; round < 60; round++) {
    await sql`update deliveries set status = 'queued', due_at = now() - interval '1 second', provider_id = null where id = ${delivery.id}`
    await sql`update contacts set unsubscribed_from_sms = false where id = ${contact}`
    const writeDown = await send(`SM${round}`)
    await Promise.all([writeDown(), report(sql, contactRecords, meant(), { status: 'delivered', unsubscribe: true })])
    assert.equal((await look()).status, 'delivered')
  }
})

test('the failure of the one message that the provider has counts, though a later attempt came to nothing', async () => {
  const again = () =>
    sql`update deliveries set due_at = now() - interval '1 second' where workspace_id = ${workspace_id}`
  const lost = { outcome: 'retry' as const, code: 'x', reason: 'x' }
  for (const word of [undefined, 'sent'] as const) {
    await again()
    const [outgoing] = await lease(t.database.sql, [], 10, 30)
    if (word) await report(sql, contactRecords, meant({ provider_id: 'SM1', attempt: 1 }), { status: word })
    await settle(t.database.sql, contactRecords, [settlement(outgoing!, lost, DEFAULT_RETRY, new Date())])
  }
  assert.equal((await report(sql, contactRecords, meant({ provider_id: 'SM0', attempt: 1 }), failed))?.moved, false)
  assert.equal((await report(sql, contactRecords, meant({ provider_id: 'SM1', attempt: 1 }), failed))?.moved, true)
  assert.deepEqual([(await look()).status, (await look()).attempts], ['failed', 2])
})

test('the failure of an attempt says nothing about a later one, by whomever that was asked for', async () => {
  await (await send('SM1'))()
  await report(sql, contactRecords, meant({ attempt: 1 }), failed)
  await call(`POST /extensions/deliveries/${delivery.id}/retry`)
  assert.equal((await report(sql, contactRecords, meant({ attempt: 1 }), failed))?.moved, false)
  assert.equal((await look()).status, 'queued')
  await (await send('SM2'))()
  assert.equal((await report(sql, contactRecords, meant({ attempt: 1 }), failed))?.moved, false)
  assert.equal((await look()).status, 'sent')
  assert.equal((await report(sql, contactRecords, meant({ attempt: 2 }), failed))?.moved, true)
  assert.equal((await report(sql, contactRecords, meant({ attempt: 1 }), { status: 'delivered' }))?.moved, true)
})

test('the contact learns of an opt-out, also where the status stays', async () => {
  await (await send('SM1'))()
  await report(sql, contactRecords, meant(), { status: 'delivered' })
  await report(sql, contactRecords, meant(), { status: 'delivered', unsubscribe: true })
  await report(sql, contactRecords, meant(), { status: 'delivered', unsubscribe: true })
  const [row] = await sql`select unsubscribed_from_sms, unsubscribed_from_emails from contacts where id = ${contact}`
  assert.deepEqual({ ...row }, { unsubscribed_from_sms: true, unsubscribed_from_emails: false })
  const [counted] = await sql`
    select count(*)::int from events where workspace_id = ${workspace_id} and topic = 'contact.unsubscribed'`
  assert.equal(counted?.['count'], 1)
})

test('what is canceled while an attempt fails stays canceled; where the attempt succeeds, that is what happened', async () => {
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
