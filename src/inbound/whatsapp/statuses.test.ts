// Statuses, posted and signed by a Meta server: late, repeated, out of order, and forged.
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { beforeEach, test } from 'node:test'
import { aContact, eventually } from '../../../test/factories.ts'
import { type ReceivedMessage, webhookBody } from '../../../test/meta.ts'
import { accountOf, whatsapp } from '../../../test/whatsapp.ts'

const w = await whatsapp()
const { t, peer, postWebhook, send, becomes, webhook } = w
const { call, workspace } = t
const { sql } = t.database
let joe: string
let number: string
let count = 100

beforeEach(async () => {
  Object.assign(peer, { faults: [], fail: () => undefined })
  number = `1202555${count++}0`
  joe = await aContact(workspace, { formatted_phone: `+${number}` })
})

/** A message that Meta accepted, and its wamid. */
async function sent(): Promise<{ id: string; received: ReceivedMessage }> {
  const id = await send(joe)
  const { provider_id } = await becomes(id, 'sent')
  return { id, received: peer.received.find(({ wamid }) => wamid === provider_id)! }
}
const statuses = (...all: object[]) => postWebhook({ statuses: all })
const look = async (id: string) => (await w.deliveriesOf(id))[0]
const readOne = async (wamid: string) =>
  (await call(`GET /messages/whatsapp/status?message_id=${encodeURIComponent(wamid)}`)).body
const secondsAgo = (seconds: number) => String(Math.floor(Date.now() / 1000) - seconds)

test('a body without a signature, or with another app’s, is refused', async () => {
  const { id, received } = await sent()
  const body = webhookBody(peer.phone_number_id, { statuses: [peer.status(received, 'read')] })
  for (const signature of ['', 'x', 'sha1=00', `sha256=${'0'.repeat(64)}`, `sha256=${'0'.repeat(63)}`]) {
    const answer = await peer.post(webhook, body, { signature })
    assert.equal(answer.status, 403, signature)
    assert.equal(((await answer.json()) as { type: string }).type, 'error.list')
  }
  assert.equal((await peer.post(webhook, body, { secret: 'another app' })).status, 403)
  assert.equal((await peer.post(webhook, body, { secret: peer.secrets.verify_token })).status, 403)
  assert.equal((await look(id)).status, 'sent')
})

test('the signature is of the bytes: the same JSON with other white space is refused', async () => {
  const body = JSON.stringify(webhookBody(peer.phone_number_id, { statuses: [] }))
  const signature = `sha256=${createHmac('sha256', peer.secrets.app_secret).update(body).digest('hex')}`
  assert.equal((await peer.post(webhook, body, { signature })).status, 200)
  assert.equal((await peer.post(webhook, body.replaceAll(':', ': '), { signature })).status, 403)
})

test('a body that is not JSON is 400, and one that is too large is 413', async () => {
  assert.equal((await peer.post(webhook, '{')).status, 400)
  assert.equal((await peer.post(webhook, '')).status, 400)
  assert.equal((await peer.post(webhook, `"${'x'.repeat(5_000_000)}"`)).status, 413)
  const many = Array.from({ length: 1001 }, (_, id) => webhookBody(String(id), {}).entry[0])
  assert.equal((await peer.post(webhook, { entry: many })).status, 400)
  for (const body of [`{"entry":[${Array(150_000).fill('{}').join()}]}`, `${'['.repeat(33)}${']'.repeat(33)}`])
    assert.equal((await peer.post(webhook, body)).status, 400)
})

test('other numbers, other fields and unknown values are acknowledged and ignored', async () => {
  for (const body of [
    webhookBody('99999999', { statuses: [peer.status({ wamid: 'wamid.x' }, 'read')] }),
    { object: 'whatsapp_business_account', entry: [{ id: '1', changes: [{ field: 'account_update', value: {} }] }] },
    { entry: [{ changes: [{ field: 'messages', value: null }, null, 7] }, null, { changes: 'x' }] },
    ...[{ entry: null }, [], 7, null].map((body) => JSON.stringify(body)),
  ])
    assert.equal((await peer.post(webhook, body as object)).status, 200, JSON.stringify(body))
})

test('a message is sent, delivered and read, and both endpoints show it with the time', async () => {
  const { id, received } = await sent()
  for (const [status, at] of [
    ['sent', secondsAgo(-1)],
    ['delivered', secondsAgo(-10)],
    ['read', secondsAgo(-20)],
  ] as const) {
    const answer = await statuses(peer.status(received, status, { timestamp: at }))
    assert.deepEqual([answer.status, await answer.text()], [200, ''])
    const one = await readOne(received.wamid)
    assert.deepEqual([one.status, 'error' in one], [status, false])
    if (status !== 'sent') assert.equal(one.updated_at, Number(at))
    const { events } = (await call(`GET /messages/status?ruleset_id=${id}`)).body
    assert.deepEqual(
      events.map((event: Record<string, unknown>) => [event['status'], event['whatsapp_message_id']]),
      [[status, received.wamid]],
    )
  }
})

test('repeated statuses and statuses out of order never move back, and are recorded once', async () => {
  const { id, received } = await sent()
  const [sending, delivered, read] = ['sent', 'delivered', 'read'].map((status) => peer.status(received, status)) as [
    object,
    object,
    object,
  ]
  await statuses(read, delivered, read, sending)
  await Promise.all([statuses(delivered), statuses(read), statuses(sending), statuses(delivered, delivered)])
  await statuses({ ...delivered, status: 'deleted' }, { ...delivered, status: 'warning' })
  const { status, history } = await look(id)
  assert.equal(status, 'read')
  assert.deepEqual(
    history.map(({ status }: { status: string }) => status),
    ['sent', 'read'],
  )
  await statuses(peer.status(received, 'failed', { errors: [{ code: 131026, title: 'Message undeliverable' }] }))
  assert.equal((await look(id)).status, 'read')
})

test('a voice message that was played is read', async () => {
  const { id, received } = await sent()
  await statuses(peer.status(received, 'played'))
  assert.equal((await look(id)).status, 'read')
})

test('a failure has its reason in both endpoints, and a later delivered replaces it', async () => {
  const { id, received } = await sent()
  const error = {
    ...{ code: 131026, title: 'Message undeliverable', message: 'Message undeliverable' },
    ...{ error_data: { details: 'Recipient phone number not on WhatsApp' }, href: 'https://developers.facebook.com/' },
  }
  await statuses(peer.status(received, 'failed', { errors: [error] }))
  const one = await readOne(received.wamid)
  assert.deepEqual(
    [one.status, one.error],
    ['failed', { message: 'Message undeliverable', details: 'Recipient phone number not on WhatsApp' }],
  )
  const delivery = await look(id)
  assert.equal(delivery.error.code, '131026')
  assert.match(delivery.history.at(-1).provider_answer, /"code":131026/)
  await statuses(peer.status(received, 'delivered'))
  assert.deepEqual([(await look(id)).status, 'error' in (await readOne(received.wamid))], ['delivered', false])
})

test('a failed status without an error is also a failure', async () => {
  const { received } = await sent()
  await statuses(peer.status(received, 'failed'))
  assert.equal((await readOne(received.wamid)).error.message, 'Message delivery failed')
})

test('a message whose answer was lost is not sent again after a status', async () => {
  peer.fail = (_, nth) => (nth === 1 ? 'reset after taking it' : { status: 503, retry_after: '1' })
  const id = await send(joe)
  const [received] = await eventually(
    async () => w.receivedBy(number),
    ({ length }) => length === 1,
  )
  await statuses(peer.status(received!, 'sent'))
  const { status, provider_id } = await look(id)
  assert.deepEqual([status, provider_id], ['sent', received!.wamid])
  peer.fail = () => undefined
  await new Promise((resolve) => setTimeout(resolve, 1_500))
  assert.equal(w.receivedBy(number).length, 1)
})

test('a failure of an attempt before a retry by hand does not end the retry', async () => {
  const { id, received } = await sent()
  const old = peer.status(received, 'failed', { errors: [{ code: 131026, title: 'Message undeliverable' }] })
  await statuses(old)
  await call(`POST /extensions/deliveries/${(await look(id)).id}/retry`)
  await statuses(old)
  const { provider_id } = await becomes(id, 'sent')
  await statuses(old)
  assert.notEqual(provider_id, received.wamid)
  assert.equal((await look(id)).status, 'sent')
})

test('without a valid tracker the wamid finds the delivery, and an unknown wamid is ignored', async () => {
  const [first, second] = [await sent(), await sent()]
  await statuses(peer.status({ wamid: first.received.wamid }, 'delivered'))
  assert.equal((await look(first.id)).status, 'delivered')
  const forged = { wamid: second.received.wamid, biz_opaque_callback_data: `${'0'.repeat(30)}-${'0'.repeat(20)}` }
  await statuses(peer.status(forged, 'read'))
  assert.equal((await look(second.id)).status, 'read')
  assert.equal((await statuses(peer.status({ wamid: 'wamid.unknown' }, 'read'))).status, 200)
})

test('a status that cannot be read is logged and skipped, and the others are applied', async () => {
  const { id, received } = await sent()
  const good = peer.status(received, 'delivered')
  const logged = w.logged.length
  const answer = await statuses(
    ...[null as never, { id: 7 } as object, { ...good, timestamp: 'now' }, { ...good, errors: 'x' }],
    ...[{ ...good, id: '' }, good],
  )
  assert.equal(answer.status, 200)
  assert.equal((await look(id)).status, 'delivered')
  assert.equal(w.logged.slice(logged).filter((line) => /status that cannot be read/.test(line)).length, 5)
})

test('two workspaces with one number each get their own statuses, and another secret is refused', async () => {
  const other = await t.another()
  const account = accountOf(peer)
  const stranger = { ...account.secrets, app_secret: 'a-stranger' }
  const { body } = await other.call('POST /extensions/channels', { ...account, secrets: stranger })
  const { id, received } = await sent()
  const by_stranger = [peer.status(received, 'read')]
  const forged = await peer.post(webhook, webhookBody(peer.phone_number_id, { statuses: by_stranger }), {
    secret: 'a-stranger',
  })
  assert.deepEqual([forged.status, (await look(id)).status], [200, 'sent'])
  await other.call(`PUT /extensions/channels/${body.id}`, { secrets: account.secrets })
  await statuses(peer.status(received, 'delivered'))
  assert.equal((await look(id)).status, 'delivered')
  await other.call(`DELETE /extensions/channels/${body.id}`)
})

test('an error of the server is a 5xx, and the status is applied when Meta sends it again', async () => {
  const { id, received } = await sent()
  const read = peer.status(received, 'read')
  await sql.unsafe('alter table deliveries rename to gone')
  const failed = await statuses(read)
  await sql.unsafe('alter table gone rename to deliveries')
  assert.equal(failed.status, 500)
  assert.equal((await statuses(read)).status, 200)
  assert.equal((await look(id)).status, 'read')
})

test('all requests to Meta are valid', () => assert.deepEqual(peer.faults, []))
