// Status callbacks, posted and signed by a Twilio server: late, repeated, out of order, and forged.
import assert from 'node:assert/strict'
import { after, beforeEach, test } from 'node:test'
import { topicsOf } from '../../../test/events.ts'
import { aContact, eventually } from '../../../test/factories.ts'
import { createAccount, sms } from '../../../test/sms.ts'
import { newSid, type ReceivedMessage, twilioPeer } from '../../../test/twilio.ts'

const s = await sms()
const { t, peer, send, look, becomes, receivedMessage } = s
const { workspace } = t
const { sql } = t.database
let joe: string
let count = 100

beforeEach(async () => {
  Object.assign(peer, { fault: () => undefined, onReceived: () => {}, answer: {} })
  joe = await aContact(workspace, { formatted_phone: `+1202555${count++}0` })
})

/** A message that Twilio accepted. */
async function sent(): Promise<{ id: string; received: ReceivedMessage }> {
  const id = await send(joe)
  return { id, received: receivedMessage(await becomes(id, 'sent')) }
}
const statusesOf = ({ history }: { history: { status: string }[] }) => history.map(({ status }) => status)

test('a callback without a signature, or with a wrong one, is refused', async () => {
  const { id, received } = await sent()
  for (const signature of [null, '', 'x', 'RSOYDt4T1cUTdK1PDd93/VVr8B8=']) {
    const { status, text, type } = await peer.callBack(received, 'delivered', {}, { signature })
    assert.equal(status, 403)
    assert.match(type ?? '', /json/)
    assert.equal(JSON.parse(text).type, 'error.list')
  }
  assert.equal((await peer.callBack(received, 'delivered', {}, { auth_token: 'another' })).status, 403)
  assert.equal((await peer.callBack(received, 'delivered', { AccountSid: newSid('AC') })).status, 403)
  assert.equal((await peer.callBack(received, 'delivered', {}, { signed_as: s.status })).status, 403)
  assert.equal((await look(id)).status, 'sent')
})

test('a callback that was changed after it was signed is refused', async () => {
  const { id, received } = await sent()
  const url = received.callback as string
  const form = { AccountSid: peer.account_sid, MessageSid: received.sid, MessageStatus: 'failed' }
  const other = (await sent()).received.callback as string
  assert.equal((await peer.call(url, form, { signed_as: other })).status, 403)
  assert.equal((await peer.call(url, form, { signed_as: `${url}&x=1` })).status, 403)
  assert.equal((await look(id)).status, 'sent')
})

test('an empty, a huge and an invalid body are refused without an error of the server', async () => {
  const post = (body: string | undefined, type?: string) =>
    fetch(s.status, {
      method: 'POST',
      headers: { ...(type && { 'content-type': type }), 'x-twilio-signature': 'x' },
      ...(body !== undefined && { body }),
    })
  assert.equal((await post(undefined)).status, 403)
  assert.equal((await post('', 'application/x-www-form-urlencoded')).status, 403)
  assert.equal((await post('%E0%A4%A&=&&a', 'application/x-www-form-urlencoded')).status, 403)
  assert.equal((await post('{"AccountSid": [', 'application/json')).status, 403)
  assert.equal((await post('null', 'application/json')).status, 403)
  assert.equal((await post('AccountSid=%00', 'application/x-www-form-urlencoded')).status, 403)
  assert.equal((await post(`Body=${'x'.repeat(300_000)}`, 'application/x-www-form-urlencoded')).status, 413)
})

test('a status of an unknown message changes nothing, and is acknowledged', async () => {
  const { id, received } = await sent()
  const unknown = { ...received, sid: newSid('SM'), callback: s.status }
  const { status, text } = await peer.callBack(unknown, 'delivered')
  assert.deepEqual([status, text], [200, ''])
  const form = { AccountSid: peer.account_sid, MessageStatus: 'delivered' }
  assert.equal((await peer.call(s.status, form)).status, 200)
  assert.equal((await peer.callBack({ ...received, callback: `${s.status}?delivery=00-00` }, 'received')).status, 200)
  assert.equal((await look(id)).status, 'sent')
})

test('sent, delivered and read each update the delivery, and are recorded once', async () => {
  const { id, received } = await sent()
  for (const status of ['queued', 'sending', 'sent', 'delivered', 'delivered', 'read', 'read'])
    assert.equal((await peer.callBack(received, status)).status, 200)
  const delivery = await look(id)
  assert.equal(delivery.status, 'read')
  assert.deepEqual(statusesOf(delivery), ['sent', 'delivered', 'read'])
  assert.equal(delivery.history[1].provider_answer, 'MessageStatus=delivered&SmsStatus=delivered')
})

test('statuses in any order, repeated or at once give the same result', async () => {
  const { id, received } = await sent()
  const words = ['delivered', 'sent', 'sending', 'delivered', 'queued', 'sent']
  await Promise.all(words.map((word) => peer.callBack(received, word)))
  const delivery = await look(id)
  assert.deepEqual([delivery.status, statusesOf(delivery)], ['delivered', ['sent', 'delivered']])
})

test('a failure is recorded with code and reason, and a later delivered replaces it', async () => {
  const { id, received } = await sent()
  await peer.callBack(received, 'undelivered', { ErrorCode: '30003' })
  const failure = await look(id)
  assert.equal(failure.status, 'failed')
  assert.deepEqual(failure.error, {
    code: '30003',
    reason: 'The phone is switched off or out of reach',
    details: null,
  })
  await peer.callBack(received, 'delivered')
  assert.deepEqual([(await look(id)).status, (await look(id)).error], ['delivered', null])
})

test('a failure can have no code, an unknown code, or the code of a temporary error', async () => {
  const cases: [params: Record<string, string>, error: object][] = [
    [{}, { code: 'twilio_failed', reason: 'Twilio gave no reason: failed', details: null }],
    [{ ErrorCode: '39999' }, { code: '39999', reason: "Twilio's error 39999", details: null }],
    [
      { ErrorCode: '39999', ErrorMessage: 'Brand\0 new' },
      { code: '39999', reason: 'Brand new', details: null },
    ],
    [
      { ErrorCode: '30001' },
      {
        code: '30001',
        reason: "Twilio's queue for the sender overflowed",
        details: 'A temporary error: the delivery can be retried',
      },
    ],
  ]
  for (const [params, error] of cases) {
    const { id, received } = await sent()
    assert.equal((await peer.callBack(received, 'failed', params)).status, 200)
    assert.deepEqual((await look(id)).error, error)
  }
})

test('21610, in an answer or in a callback, opts the contact out', async () => {
  const { received } = await sent()
  await peer.callBack(received, 'failed', { ErrorCode: '21610' })
  const [row] = await sql`select unsubscribed_from_sms from contacts where id = ${joe}`
  assert.equal(row?.['unsubscribed_from_sms'], true)
  assert.deepEqual(await topicsOf(workspace, joe), ['contact.unsubscribed'])
  assert.equal((await becomes(await send(joe), 'failed')).error.code, 'opted_out')

  const ann = await aContact(workspace, { formatted_phone: '+12025551999' })
  peer.fault = () => ({ status: 400, code: 21610 })
  assert.equal((await becomes(await send(ann), 'failed')).error.code, '21610')
  assert.equal((await becomes(await send(ann), 'failed')).error.code, 'opted_out')
})

test('a callback before the answer counts, and the answer does not undo it', async () => {
  const early: Promise<unknown>[] = []
  peer.onReceived = (received) => void early.push(peer.callBack(received, 'sent'), peer.callBack(received, 'delivered'))
  const id = await send(joe)
  const delivery = await becomes(id, 'delivered')
  assert.equal((await Promise.all(early)).length, 2)
  assert.equal(receivedMessage(delivery).to, delivery.address)
  assert.equal((await look(id)).status, 'delivered')
})

test('a message whose answer was lost is not sent again after a callback', async () => {
  peer.fault = (_, nth) => (nth > 0 ? 'reset after' : undefined)
  const before = peer.received.length
  const called = new Promise<void>((resolve) => {
    peer.onReceived = (received) => void peer.callBack(received, 'queued').then(() => resolve())
  })
  const id = await send(joe)
  await called
  await new Promise((resolve) => setTimeout(resolve, 300))
  const delivery = await look(id)
  assert.equal(delivery.status, 'sent')
  const received = peer.received.slice(before)
  assert.ok(received.length <= 2, `${received.length} times`)
  assert.ok(received.some(({ sid }) => sid === delivery.provider_id))
})

test('a message that was sent twice is one delivery, and callbacks of both update it', async () => {
  let calls = 0
  peer.fault = () => (++calls === 1 ? 'reset after' : undefined)
  const before = peer.received.length
  const id = await send(joe)
  await becomes(id, 'sent')
  const [first, second] = peer.received.slice(before)
  assert.ok(first && second)
  assert.notEqual(first.sid, second.sid)
  await peer.callBack(first, 'failed', { ErrorCode: '30003' }) // Of an attempt after which there was another.
  assert.equal((await look(id)).status, 'sent')
  await peer.callBack(first, 'delivered')
  assert.equal((await look(id)).status, 'delivered')
  await peer.callBack(second, 'failed', { ErrorCode: '30003' })
  assert.equal((await look(id)).status, 'delivered')
})

test("a Messaging Service's own callback, without our URL, is assigned by the message SID", async () => {
  const { id, received } = await sent()
  await peer.callBack({ ...received, callback: s.status }, 'delivered')
  assert.equal((await look(id)).status, 'delivered')
})

test('JSON is accepted like a form if its hash is signed', async () => {
  const { id, received } = await sent()
  const json = { AccountSid: peer.account_sid, MessageSid: received.sid, MessageStatus: 'delivered', More: { a: 1 } }
  const hash = await sha256(JSON.stringify(json))
  const url = `${received.callback}&bodySHA256=${hash}`
  assert.equal((await peer.call(url, {}, { json: { ...json, MessageStatus: 'read' } })).status, 403)
  assert.equal((await peer.call(url, {}, { json })).status, 200)
  assert.equal((await look(id)).status, 'delivered')
})

const sha256 = async (text: string) =>
  Buffer.from(await crypto.subtle.digest('SHA-256', Buffer.from(text))).toString('hex')

test('workspaces that share a Twilio account each get the statuses of their own messages', async () => {
  const other = await t.another()
  await createAccount(other.call, peer)
  const theirs = await aContact(other.workspace, { formatted_phone: '+12025550177' })
  const { body } = await other.call('POST /messages', {
    from: { type: 'admin', id: other.created.admin_id },
    to: { type: 'user', id: theirs },
    ...{ message_type: 'sms', body: 'Hello' },
  })
  const lookThere = async () => (await other.call(`GET /extensions/messages/${body.id}/deliveries`)).body.data[0]
  const received = receivedMessage(await eventually(lookThere, ({ status }) => status === 'sent'))
  await peer.callBack({ ...received, callback: s.status }, 'delivered')
  assert.equal((await lookThere()).status, 'delivered')

  const mine = await sent()
  await peer.callBack(mine.received, 'delivered')
  assert.equal((await look(mine.id)).status, 'delivered')
})

test('a callback that names another account without its token changes nothing', async () => {
  const stranger = await t.another()
  const forger = await twilioPeer({ account_sid: peer.account_sid, auth_token: 'made up' })
  after(() => forger.close())
  await createAccount(stranger.call, forger)
  const { id, received } = await sent()
  assert.equal((await forger.callBack(received, 'failed', { ErrorCode: '30003' })).status, 200)
  assert.equal((await forger.callBack({ ...received, callback: s.status }, 'delivered')).status, 200)
  assert.equal((await look(id)).status, 'sent')
})
