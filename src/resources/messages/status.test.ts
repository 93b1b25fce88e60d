// The two operations that show statuses of WhatsApp messages, with a sandbox that sets every status.

import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { accountsOf } from '#channels/accounts.ts'
import { captureAccount } from '#channels/capture/capture.ts'
import { startWorker } from '#delivery/worker.ts'
import { contactRecords } from '#resources/contacts/fragments.ts'
import { testApp } from '../../../test/app.ts'
import { aContact, eventually } from '../../../test/factories.ts'

const t = await testApp()
const { call, workspace } = t
const mail = { from: 'team@example.com', reply_domain: null, public_url: 'http://localhost', secret: 'secret' }
const retry = { first_wait_ms: 10, longest_wait_ms: 10, give_up_after_ms: 60_000 }

const started = await startWorker({
  sql: t.database.sql,
  recipients: contactRecords,
  accounts: accountsOf([], captureAccount(mail)),
  log: { error() {}, warn() {}, info() {} },
  retry,
})
after(() => started.stop())

const NUMBERS = ['0140', '0141', '0142', '0150', '0151', '0161']
const contacts = await Promise.all(
  NUMBERS.map((ending) => aContact(workspace, { formatted_phone: `+1202555${ending}`, name: ending })),
)

async function send(to: object | object[], more = {}) {
  const components = [{ type: 'BODY', parameters: [{ type: 'text', text: 'Anna' }] }]
  const from = { type: 'admin', id: workspace.admin_id }
  const { body } = await call('POST /messages', {
    from,
    to,
    message_type: 'whatsapp',
    template: 'order',
    components,
    ...more,
  })
  await eventually(
    async () => (await call(`GET /extensions/messages/${body.id}/deliveries`)).body.data,
    (all) => all.every(({ status }: { status: string }) => status !== 'queued'),
  )
  return body.id as string
}

test('an absent id is refused with the bare error of these two operations', async () => {
  for (const [path, message] of [
    ['/messages/status', 'ruleset_id is required'],
    ['/messages/whatsapp/status', 'message_id is required'],
  ]) {
    const { status, body } = await call(`GET ${path}`)
    assert.equal(status, 400)
    assert.deepEqual({ ...body, request_id: '' }, { type: 'error', request_id: '', message })
  }
})

test('an unknown message is a 404; an unknown ruleset is empty', async () => {
  const { status, body } = await call('GET /messages/whatsapp/status?message_id=wamid.none')
  assert.equal(status, 404)
  assert.deepEqual(body.errors, [{ code: 'whatsapp_message_not_found', message: 'Whatsapp message not found' }])
  const unknown = await call('GET /messages/status?ruleset_id=99999999')
  assert.equal(unknown.body.total_count, 0)
  assert.equal(unknown.body.pages.total_pages, 0)
  assert.equal(unknown.body.pages.next, null)
})

test('both operations are refused before 2.16', async () => {
  const { status, body } = await call('GET /messages/status?ruleset_id=1', undefined, { version: '2.15' })
  assert.equal(status, 400)
  assert.equal(body.errors[0].code, 'intercom_version_invalid')
})

test('an invalid cursor is refused', async () => {
  const { status, body } = await call('GET /messages/status?ruleset_id=1&starting_after=nonsense')
  assert.equal(status, 400)
  assert.equal(body.errors[0].code, 'client_error')
})

test('each recipient of a message is one event with its current status, newest first, in pages with exact totals', async () => {
  const id = await send(contacts.map((contact) => ({ type: 'user', id: contact })))
  const events: { status: string; user_id: string; whatsapp_message_id: string }[] = []
  let after = ''
  let pages = 0
  do {
    const { body } = await call(`GET /messages/status?ruleset_id=${id}&per_page=4${after}`)
    assert.equal(body.total_count, 6)
    assert.equal(body.pages.total_pages, 2)
    events.push(...body.events)
    after = body.pages.next ? `&starting_after=${encodeURIComponent(body.pages.next.starting_after)}` : ''
    pages++
  } while (after)
  assert.equal(pages, 2)
  const statuses = Object.fromEntries(events.map(({ user_id, status }) => [NUMBERS[contacts.indexOf(user_id)], status]))
  assert.deepEqual(statuses, {
    '0140': 'sent',
    '0141': 'delivered',
    '0142': 'read',
    '0150': 'failed',
    '0151': 'failed',
    '0161': 'delivered',
  })
})

test('replies in the conversation of a message are not in its ruleset, and have no template', async () => {
  const id = await send({ type: 'user', id: contacts[1] })
  const { conversation_id } = (await call(`GET /messages/status?ruleset_id=${id}`)).body.events[0]
  const reply = (more: object) =>
    call(`POST /conversations/${conversation_id}/reply`, { message_type: 'comment', body: 'Hello', ...more })
  await reply({ type: 'user', intercom_user_id: contacts[1] })
  const { body } = await reply({ type: 'admin', admin_id: workspace.admin_id })
  const [{ id: part_id }] = body.conversation_parts.conversation_parts
  const [delivery] = await eventually(
    () => workspace.sql`
      select provider_id from deliveries
      where workspace_id = ${workspace.id} and part_id = ${part_id} and status = 'delivered'`,
    ({ count }) => count === 1,
  )
  assert.equal((await call(`GET /messages/status?ruleset_id=${id}`)).body.total_count, 1)
  const answer = await call(`GET /messages/whatsapp/status?message_id=${encodeURIComponent(delivery?.['provider_id'])}`)
  assert.deepEqual([answer.body.status, answer.body.template_name], ['delivered', ''])
})

test('a single message is read by its wamid, with the error if it failed', async () => {
  const sent = await send({ type: 'user', id: contacts[3] })
  const { body } = await call(`GET /messages/status?ruleset_id=${sent}`)
  const [{ whatsapp_message_id, conversation_id }] = body.events
  assert.match(whatsapp_message_id, /^wamid\./)
  const one = await call(`GET /messages/whatsapp/status?message_id=${encodeURIComponent(whatsapp_message_id)}`)
  assert.equal(one.body.status, 'failed')
  assert.equal(one.body.template_name, 'order')
  assert.equal(one.body.conversation_id, conversation_id)
  assert.deepEqual(one.body.error, {
    message: 'Message undeliverable',
    details: 'Recipient phone number not on WhatsApp',
  })

  const delivered = await send({ type: 'user', id: contacts[1] })
  const { events } = (await call(`GET /messages/status?ruleset_id=${delivered}`)).body
  const good = await call(
    `GET /messages/whatsapp/status?message_id=${encodeURIComponent(events[0].whatsapp_message_id)}`,
  )
  assert.equal(good.body.status, 'delivered')
  assert.equal('error' in good.body, false)
})

test("another workspace's rulesets and messages are not found", async () => {
  const id = await send({ type: 'user', id: contacts[1] })
  const { body } = await call(`GET /messages/status?ruleset_id=${id}`)
  const wamid = encodeURIComponent(body.events[0].whatsapp_message_id)
  const other = await t.another()
  assert.equal((await other.call(`GET /messages/status?ruleset_id=${id}`)).body.total_count, 0)
  assert.equal((await other.call(`GET /messages/whatsapp/status?message_id=${wamid}`)).status, 404)
})
