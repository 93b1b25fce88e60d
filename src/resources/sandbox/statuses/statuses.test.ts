// Statuses that a test reports: they change a delivery like those of a provider.
import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { testApp } from '../../../../test/app.ts'
import { aContact, aMessage } from '../../../../test/factories.ts'

const t = await testApp()
const other = await t.another()
const { workspace } = t
let contact: string
let message: string
let delivery: string

beforeEach(async () => {
  await t.call('POST /extensions/sandbox/reset')
  contact = await aContact(workspace, { email: 'anna@example.com', formatted_phone: '+12025550171' })
  message = await aMessage(workspace, { to: contact })
  delivery = await sent(message, 'sent-1')
})

/** Sets the state in which a worker leaves a delivery. */
async function sent(message_id: string, provider_id: string): Promise<string> {
  const [row] = await workspace.sql<{ id: string }[]>`
    update deliveries set status = 'sent', attempts = 1, provider_id = ${provider_id}
    where workspace_id = ${workspace.id} and message_id = ${message_id} returning id`
  return row!.id
}

const say = (status: object, call = t.call) => call('POST /extensions/sandbox/statuses', status)
async function report(status: object) {
  const { status: code, body, text } = await say(status)
  assert.equal(code, 200, text)
  return body
}

test('a status for no delivery, or for several, is refused', async () => {
  const several = await aMessage(workspace, { to: [contact, await aContact(workspace, { email: 'b@example.com' })] })
  const refused: [status: object, code: number, expected: RegExp][] = [
    [{ status: 'read' }, 400, /^One of delivery_id, message_id and whatsapp_message_id is required$/],
    [{ delivery_id: delivery, message_id: message, status: 'read' }, 400, /^Only one of/],
    [{ delivery_id: delivery, contact_id: contact, status: 'read' }, 400, /^contact_id needs message_id$/],
    [{ delivery_id: delivery }, 400, /^status is required$/],
    [{ delivery_id: delivery, status: 'queued' }, 400, /^status must be one of/],
    [{ delivery_id: '0', status: 'read' }, 404, /^Delivery not found$/],
    [{ delivery_id: 'x', status: 'read' }, 404, /^Delivery not found$/],
    [{ message_id: '0', status: 'read' }, 404, /^Delivery not found$/],
    [{ message_id: message, contact_id: 'x', status: 'read' }, 404, /^Delivery not found$/],
    [{ whatsapp_message_id: 'sent-1', status: 'read' }, 404, /^Delivery not found$/],
    [{ message_id: several, status: 'read' }, 400, /^contact_id is required: the message has several recipients$/],
  ]
  for (const [status, code, expected] of refused) {
    const answer = await say(status)
    assert.equal(answer.status, code, `${JSON.stringify(status)} ${answer.text}`)
    assert.match(answer.body.errors[0].message, expected)
  }
  for (const name of [{ delivery_id: delivery }, { message_id: message }])
    assert.equal((await say({ ...name, status: 'read' }, other.call)).status, 404)
  assert.equal((await say({ message_id: several, contact_id: contact, status: 'read' })).body.contact_id, contact)
})

test('a status moves up, and a late one is ignored like that of a provider', async () => {
  const delivered = await report({ delivery_id: delivery, status: 'delivered' })
  const { moved, ...shown } = delivered
  assert.equal(moved, true)
  assert.deepEqual(shown, (await t.call(`GET /extensions/deliveries/${delivery}`)).body)
  assert.equal((await report({ message_id: message, status: 'read' })).status, 'read')
  for (const status of ['sent', 'delivered', 'failed', 'read']) {
    const late = await report({ delivery_id: delivery, status, code: '1', reason: 'Late' })
    assert.deepEqual([late.moved, late.status, late.error], [false, 'read', null])
  }
})

test('a failure has its code, reason and time, and marks the contact', async () => {
  const failed = await report({
    ...{ delivery_id: delivery, status: 'failed', code: 'bounced', reason: 'No such user', details: 'x' },
    ...{ hard_bounce: true, at: 1_700_000_000 },
  })
  assert.deepEqual(failed.error, { code: 'bounced', reason: 'No such user', details: 'x' })
  assert.equal(failed.history.at(-1).at, 1_700_000_000)
  assert.equal((await t.call(`GET /contacts/${contact}`)).body.has_hard_bounced, true)
})

test('complaints and unsubscribing mark the contact', async () => {
  await report({ delivery_id: delivery, status: 'delivered', spam_complaint: true, unsubscribe: true })
  const { marked_email_as_spam, unsubscribed_from_emails } = (await t.call(`GET /contacts/${contact}`)).body
  assert.deepEqual([marked_email_as_spam, unsubscribed_from_emails], [true, true])
})

test('a WhatsApp message is found by its wamid, and its status looks like Intercom’s', async () => {
  const wamid = 'wamid.x'
  await sent(await aMessage(workspace, { to: contact, message_type: 'whatsapp', template: 'x', components: [] }), wamid)
  const reason = {
    code: '131026',
    reason: 'Message delivery failed',
    details: 'Recipient phone number not on WhatsApp',
  }
  assert.equal((await report({ whatsapp_message_id: wamid, status: 'failed', ...reason })).moved, true)
  const { body } = await t.call(`GET /messages/whatsapp/status?message_id=${wamid}`)
  assert.equal(body.status, 'failed')
  assert.deepEqual(body.error, {
    message: 'Message delivery failed',
    details: 'Recipient phone number not on WhatsApp',
  })
  assert.equal((await report({ whatsapp_message_id: wamid, status: 'read' })).status, 'read')
})

test('without a time, a status has the time of the workspace', async () => {
  await t.call('POST /extensions/sandbox/clock', { freeze_at: 4_000_000_000 })
  const { updated_at, history } = await report({ delivery_id: delivery, status: 'read' })
  assert.deepEqual([updated_at, history.at(-1).at], [4_000_000_000, 4_000_000_000])
})
