// The 24 hours in which WhatsApp allows free text, and what happens to an answer that is too late.
import assert from 'node:assert/strict'
import { beforeEach, type TestContext, test } from 'node:test'
import { findContact } from '#resources/contacts/queries.ts'
import { receive } from '#resources/conversations/inbound.ts'
import { atomically } from '#workspaces/workspace.ts'
import { testApp } from '../../test/app.ts'
import { captureAll } from '../../test/capture.ts'
import { aContact, aMessage, eventually } from '../../test/factories.ts'
import { anAnswer, outgoing } from '../../test/outgoing.ts'
import { suppressed } from './suppress.ts'

const t = await testApp()
const { workspace, call } = t
const NUMBER = '+12025550141'
const now = new Date('2026-06-10T12:00:00Z')
let joe: string

beforeEach(async (context) => {
  await call('POST /extensions/sandbox/reset')
  joe = await aContact(workspace, { formatted_phone: NUMBER })
  await captureAll(t.database.sql, context as TestContext)
})

const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3_600_000)
let count = 0

/** Joe writes on a channel. Returns the conversation. */
async function write(created_at: Date, more: { contact?: string; channel?: 'sms'; answers?: null } = {}) {
  const { contact = joe, ...rest } = more
  const placed = await atomically(workspace, async (workspace) =>
    receive(workspace, {
      ...{ channel: 'whatsapp', provider_id: `wamid.${count++}`, body: 'Hello', created_at },
      contact: (await findContact(workspace, contact))!,
      ...rest,
    }),
  )
  assert.ok('conversation_id' in placed)
  return placed.conversation_id
}

async function answer(conversation_id: string) {
  const { body } = await call(`POST /conversations/${conversation_id}/reply`, {
    ...{ message_type: 'comment', type: 'admin', admin_id: workspace.admin_id, body: 'Hello Joe' },
  })
  const part_id = body.conversation_parts.conversation_parts[0].id
  const [delivery] = await workspace.sql<{ id: string }[]>`
    select id from deliveries where workspace_id = ${workspace.id} and part_id = ${part_id}`
  return eventually(
    async () => (await call(`GET /extensions/deliveries/${delivery?.id}`)).body,
    ({ status }) => status !== 'queued',
  )
}

test('an answer a day after the contact wrote is not sent, and its error says what to do', async () => {
  const { status, error, attempts } = await answer(await write(hoursAgo(24)))
  assert.deepEqual([status, error.code, attempts], ['failed', '131047', 1])
  assert.match(error.reason, /More than 24 hours have passed .* send a template/)
  assert.equal((await call('GET /extensions/sandbox/messages')).body.total_count, 0)
})

test('an answer to a contact who never wrote is not sent', async () => {
  await aMessage(workspace, { to: joe, message_type: 'whatsapp', template: 'order_update', components: [] })
  const [{ conversation_id }] = (await call('GET /extensions/deliveries')).body.data
  await workspace.sql`update contacts set last_whatsapp_at = null where workspace_id = ${workspace.id}`
  await call(`POST /conversations/${conversation_id}/reply`, {
    ...{ message_type: 'comment', type: 'user', intercom_user_id: joe, body: 'Hi' },
  })
  await workspace.sql`update contacts set last_whatsapp_at = null where workspace_id = ${workspace.id}`
  assert.equal((await answer(conversation_id)).error.code, '131047')
})

test('within 24 hours it is sent, and every message of the contact on WhatsApp starts them again', async () => {
  const conversation = await write(hoursAgo(23.9))
  assert.equal((await answer(conversation)).status, 'delivered')
  const old = await write(hoursAgo(50), { answers: null })
  await workspace.sql`update contacts set last_whatsapp_at = ${hoursAgo(30)} where workspace_id = ${workspace.id}`
  assert.equal((await answer(old)).status, 'failed')
  await write(hoursAgo(0.1), { answers: null })
  assert.equal((await answer(old)).status, 'delivered')
})

test('the number counts, not the contact: another contact with the same number can be answered too', async () => {
  const twin = await aContact(workspace, { role: 'lead', formatted_phone: NUMBER })
  const old = await write(hoursAgo(30), { contact: twin })
  assert.equal((await answer(old)).status, 'failed')
  await write(hoursAgo(1))
  assert.equal((await answer(old)).status, 'delivered')
})

test('a late message does not shorten the 24 hours, and an SMS does not start them', async () => {
  const conversation = await write(hoursAgo(1))
  await write(hoursAgo(40))
  assert.equal((await answer(conversation)).status, 'delivered')
  await call('POST /extensions/sandbox/reset')
  joe = await aContact(workspace, { formatted_phone: NUMBER })
  const old = await write(hoursAgo(30))
  await write(hoursAgo(1), { channel: 'sms' })
  assert.equal((await answer(old)).status, 'failed')
})

test('templates and other channels have no such limit', () => {
  const last_written_at = new Date('2026-06-09T12:00:00Z')
  assert.equal(suppressed(outgoing(), now), undefined)
  assert.equal(suppressed(anAnswer('x', { channel: 'sms' }), now), undefined)
  assert.equal(suppressed(anAnswer('x', { last_written_at }), now)?.code, '131047')
  assert.equal(suppressed(anAnswer('x', { last_written_at }), new Date(now.getTime() - 1)), undefined)
  assert.equal(suppressed(anAnswer('x', { last_written_at }), last_written_at), undefined)
})

test('the 24 hours belong to the number, also if another contact wrote from another spelling of it', async () => {
  await workspace.sql`update contacts set formatted_phone = '+554799998888' where id = ${joe}`
  const twin = await aContact(workspace, { formatted_phone: '+5547999998888' })
  const conversation = await write(hoursAgo(30))
  await write(hoursAgo(1), { contact: twin, answers: null })
  assert.notEqual((await answer(conversation)).status, 'failed')
})
