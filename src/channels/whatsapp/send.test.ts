// The Meta account with a server that implements the documented API: requests, refusals, and lost answers.
import assert from 'node:assert/strict'
import { after, beforeEach, test } from 'node:test'
import { freePort } from '#lib/free-port.ts'
import { type Failure, metaPeer } from '../../../test/meta.ts'
import { anAnswer, outgoing } from '../../../test/outgoing.ts'
import { readTracker } from '../tracker.ts'
import { meta } from './account.ts'
import { sendMessage } from './send.ts'

const SECRET = 'a secret for tests'
const peer = await metaPeer()
after(() => peer.close())
const { phone_number_id, secrets } = peer
const account = { phone_number_id, base_url: peer.url, access_token: secrets.access_token }

beforeEach(() => {
  Object.assign(peer, { received: [], faults: [], fail: () => undefined, message_status: undefined })
})

const send = (delivery = outgoing(), over = account, timeout_ms = 5_000) =>
  sendMessage(over, SECRET, delivery, timeout_ms)
const sendTo = (failure: Failure, timeout_ms?: number) => {
  peer.fail = () => failure
  return send(outgoing(), account, timeout_ms)
}

test('a refused token is an account error that is retried, and no outcome contains the token', async () => {
  const outcome = await send(outgoing(), { ...account, access_token: 'EAAwrong' })
  assert.deepEqual([outcome.outcome, outcome.code], ['retry', '190'])
  assert.match(outcome.reason ?? '', /^The channel account cannot be used\. Meta does not accept the access token/)
  assert.doesNotMatch(JSON.stringify(outcome), /EAAwrong/)
})

test('an error of the message is reported with the text of Meta', async () => {
  const outcome = await send(outgoing({ components: [{ type: 'carousel', cards: [] }] }))
  assert.deepEqual([outcome.outcome, outcome.code], ['failed', '100'])
  assert.match(outcome.details ?? '', /components\[0\]\.type is "carousel"/)
  assert.match(outcome.answer ?? '', /OAuthException/)
  assert.equal(peer.received.length, 0)
})

test('a message that WhatsApp never accepts is not sent', async () => {
  const asked = peer.requests
  const outcome = await send(anAnswer('x'.repeat(5_000)))
  assert.deepEqual([outcome.outcome, outcome.code], ['failed', 'too_long'])
  assert.equal(peer.requests, asked)
})

test('429 and 5xx are retried after Retry-After, in seconds or as a date', async () => {
  const until = new Date(Date.now() + 90_000).toUTCString()
  const cases: [Failure, string, number | undefined][] = [
    [{ status: 429, code: 130429, retry_after: '17' }, '130429', 17],
    [{ status: 429, retry_after: '3' }, 'whatsapp_429', 3],
    [{ status: 503 }, 'whatsapp_503', undefined],
    [{ status: 503, retry_after: 'soon' }, 'whatsapp_503', undefined],
    [{ status: 500, code: 131000 }, '131000', undefined],
    [{ status: 400, code: 2, transient: true }, '2', undefined],
  ]
  for (const [failure, code, retry_after] of cases) {
    const outcome = await sendTo(failure)
    assert.deepEqual([outcome.outcome, outcome.code], ['retry', code])
    assert.equal(outcome.outcome === 'retry' && outcome.retry_after, retry_after)
  }
  const dated = await sendTo({ status: 503, retry_after: until })
  const wait = (dated.outcome === 'retry' && dated.retry_after) || 0
  assert.ok(wait > 85 && wait <= 90, String(wait))
})

test('every network error is an outcome', async () => {
  const nowhere = { ...account, base_url: `http://127.0.0.1:${await freePort()}/v23.0` }
  const unknown = { ...account, base_url: 'http://meta.invalid/v23.0' }
  const outcomes = [
    await sendTo('reset'),
    await sendTo('silence', 300),
    await sendTo('nonsense'),
    await send(outgoing(), nowhere),
    await send(outgoing(), unknown),
    await send(outgoing(), { ...account, base_url: peer.url.replace('v23.0', 'v99.0') }),
  ]
  assert.deepEqual(
    outcomes.map(({ outcome, code }) => [outcome, code]),
    [
      ['retry', 'whatsapp_econnreset'],
      ['retry', 'whatsapp_etimedout'],
      ['retry', 'whatsapp_200'],
      ['retry', 'whatsapp_econnrefused'],
      ['retry', 'whatsapp_enotfound'],
      ['failed', '100'],
    ],
  )
})

test('an accepted template is sent, with its wamid and the answer', async () => {
  const outcome = await send(outgoing({ components: [{ type: 'BODY', parameters: [{ type: 'text', text: 'Anna' }] }] }))
  const [received] = peer.received
  assert.equal(outcome.outcome === 'sent' && outcome.provider_id, received?.wamid)
  assert.deepEqual(JSON.parse(outcome.answer ?? '').messages, [{ id: received?.wamid }])
  assert.equal(received?.to, '12025550123')
  assert.deepEqual(peer.faults, [])
})

test('each attempt has a signed tracker that cannot be forged', async () => {
  await send(outgoing({ attempt: 3 }))
  const tracker = peer.received[0]?.biz_opaque_callback_data ?? ''
  assert.deepEqual(readTracker(SECRET, 'whatsapp delivery', tracker), {
    workspace_id: 'ab12cd34',
    delivery_id: '71',
    attempt: 3,
  })
  for (const forged of ['', 'x', tracker.slice(1), tracker.replace(/^../, 'ff'), `${tracker.slice(0, -1)}!`])
    assert.equal(readTracker(SECRET, 'whatsapp delivery', forged), undefined, forged)
  assert.equal(readTracker('another secret', 'whatsapp delivery', tracker), undefined)
})

test('a message that Meta accepts but delays says so', async () => {
  peer.message_status = 'held_for_quality_assessment'
  const held = await send()
  assert.deepEqual([held.outcome, held.code], ['sent', 'held_for_quality_assessment'])
  assert.match(held.answer ?? '', /held_for_quality_assessment/)
  peer.message_status = 'paused'
  assert.equal((await send()).code, 'paused')
  peer.message_status = 'accepted'
  assert.equal((await send()).code, undefined)
})

test('an invalid account does not open', async () => {
  const around = { public_url: 'http://localhost', secret: SECRET }
  const open = (settings: object, more: object = {}) =>
    meta.open({ workspace_id: 'w', id: '1', settings, secrets: { ...secrets, ...more } } as never, around)
  await assert.rejects(open({ phone_number_id, base_url: 'https://[' }), /^Error: base_url has to be a URL/)
  await assert.rejects(open({ phone_number_id }, { access_token: 'two\nlines' }), /no spaces$/)
  const opened = await open({ phone_number_id, base_url: `${peer.url}/` })
  assert.equal((await opened.send(anAnswer('<p>Hello</p>'))).outcome, 'sent')
  assert.deepEqual(peer.received[0]?.['text'], { body: 'Hello' })
})
