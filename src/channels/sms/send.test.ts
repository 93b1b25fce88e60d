// Messages to a server with Twilio's API: the requests, and the outcome of each failure.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { afterEach, test } from 'node:test'
import { freePort } from '#lib/free-port.ts'
import { outgoing } from '../../../test/outgoing.ts'
import { newSid, type TwilioPeer, twilioPeer } from '../../../test/twilio.ts'
import type { Account, Outcome, Outgoing } from '../channel.ts'
import { readTracker } from '../tracker.ts'
import { type TwilioSettings, twilio, twilioAccount } from './account.ts'
import { messageForm } from './form.ts'

const SURROUNDINGS = { public_url: 'https://interphone.example.com', secret: 'secret' }
const FROM = '+12025550100'

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close()
})

async function peer(options = {}): Promise<TwilioPeer> {
  const server = await twilioPeer(options)
  open.push(server)
  return server
}

function accountAt(server: TwilioPeer, settings: Partial<TwilioSettings> = {}, token = server.auth_token): Account {
  const { account_sid, url: base_url } = server
  const account = twilioAccount({ account_sid, from: FROM, base_url, ...settings }, token, SURROUNDINGS, { total: 300 })
  open.push(account)
  return account
}

const sms = (changes: Partial<Outgoing> = {}): Outgoing =>
  outgoing({ channel: 'sms', body: 'Hello', template: null, locale: null, components: null, ...changes })

const summary = ({ outcome, code, reason }: Outcome) => [outcome, code, reason]

test('an account without a sender, or with an invalid one, is refused', async () => {
  const account = { workspace_id: 'w', id: '1', settings: { account_sid: newSid('AC') }, secrets: { auth_token: 'x' } }
  const wrong = { ...account, settings: { ...account.settings, from: FROM, base_url: 'https://:x' } }
  await assert.rejects(twilio.open(wrong, SURROUNDINGS), /^Error: base_url has to be a URL/)
  await assert.rejects(twilio.open(account, SURROUNDINGS), /^Error: from or messaging_service_sid is required/)
})

test('a server that is down, disconnects or does not answer is retried', async () => {
  const server = await peer()
  const closed = accountAt(server, { base_url: `http://127.0.0.1:${await freePort()}` })
  assert.deepEqual(summary(await closed.send(sms())).slice(0, 2), ['retry', 'twilio_econnrefused'])
  const unknown = accountAt(server, { base_url: 'http://nobody.invalid' })
  assert.match(String((await unknown.send(sms())).code), /^twilio_(enotfound|eai_again)$/)
  const account = accountAt(server)
  for (const fault of ['reset', 'reset after'] as const) {
    server.fault = () => fault
    assert.deepEqual(summary(await account.send(sms())).slice(0, 2), ['retry', 'twilio_econnreset'])
  }
  for (const fault of ['timeout', 'timeout after'] as const) {
    server.fault = () => fault
    assert.deepEqual(summary(await account.send(sms())).slice(0, 2), ['retry', 'twilio_etimedout'])
  }
  server.fault = () => undefined
  assert.equal((await account.send(sms())).outcome, 'sent')
})

test('an answer that never ends times out, and a very long one is not stored', async () => {
  for (const [endless, code] of [
    [false, 'twilio_etimedout'],
    [true, 'twilio_etimedout'],
  ] as const) {
    const server = createServer((_, response) => {
      response.writeHead(201).write('{"sid":')
      const more = setInterval(() => endless && response.write('x'.repeat(100_000)), 1)
      response.on('close', () => clearInterval(more))
    }).listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const { port } = server.address() as { port: number }
    const account = accountAt(await peer(), { base_url: `http://127.0.0.1:${port}` })
    assert.deepEqual(summary(await account.send(sms())).slice(0, 2), ['retry', code])
    server.closeAllConnections()
    server.close()
  }
})

test('a temporary error is retried, after the time that Twilio asks for', async () => {
  const server = await peer()
  const account = accountAt(server)
  const date = new Date(Date.now() + 90_000).toUTCString()
  const cases: [fault: object, code: string, retry_after: number | undefined][] = [
    [{ status: 429, code: 20429 }, '20429', undefined],
    [{ status: 429, code: 20429, retry_after: '7' }, '20429', 7],
    [{ status: 429, code: 20429, retry_after: '999999' }, '20429', 3_600],
    [{ status: 429, text: 'slow down', retry_after: 'soon' }, 'http_429', undefined],
    [{ status: 503, text: '<h1>Service Unavailable</h1>' }, 'http_503', undefined],
    [{ status: 500, code: 20500 }, '20500', undefined],
    [{ status: 400, code: 30001 }, '30001', undefined],
    [{ status: 400, code: 21611 }, '21611', undefined],
  ]
  for (const [fault, code, retry_after] of cases) {
    server.fault = () => fault as { status: number }
    const outcome = await account.send(sms())
    assert.deepEqual([outcome.outcome, outcome.code], ['retry', code])
    assert.equal('retry_after' in outcome ? outcome.retry_after : undefined, retry_after, code)
  }
  server.fault = () => ({ status: 503, retry_after: date })
  const dated = await account.send(sms())
  assert.ok('retry_after' in dated && Math.abs((dated.retry_after ?? 0) - 90) <= 2)
})

test('an error that the operator can fix is retried, and the reason says what to do', async () => {
  const server = await peer()
  const wrong_token = accountAt(server, {}, 'wrong')
  assert.deepEqual(summary(await wrong_token.send(sms())), [
    'retry',
    '20003',
    'The channel account cannot be used. Twilio does not accept this Account SID and Auth Token',
  ])
  const other_account = accountAt(server, { account_sid: newSid('AC') })
  assert.deepEqual(summary(await other_account.send(sms())).slice(0, 2), ['retry', '20404'])
  const account = accountAt(server)
  for (const fault of [
    { status: 302, text: '' },
    { status: 200, text: 'Welcome to the intranet: it is secret' },
  ]) {
    server.fault = () => fault
    const outcome = await account.send(sms())
    assert.deepEqual(summary(outcome), [
      'retry',
      `http_${fault.status}`,
      'The answer is not from Twilio: is the base URL right?',
    ])
    assert.equal(outcome.answer, undefined)
  }
})

test('an error of the recipient is final, and an opt-out marks the contact', async () => {
  const server = await peer()
  const account = accountAt(server)
  const cases: [fault: object, code: string, reason: RegExp, unsubscribe?: true][] = [
    [{ status: 400, code: 21211 }, '21211', /^Not a valid phone number$/],
    [{ status: 400, code: 21614 }, '21614', /^Not a mobile number$/],
    [{ status: 400, code: 21610 }, '21610', /^The recipient replied STOP$/, true],
    [{ status: 400, code: 29999, message: 'Something new' }, '29999', /^Twilio answered 400: Something new$/],
    [{ status: 422, text: 'no' }, 'http_422', /^Twilio answered 422$/],
  ]
  for (const [fault, code, reason, unsubscribe] of cases) {
    server.fault = () => fault as { status: number }
    const outcome = await account.send(sms())
    assert.deepEqual([outcome.outcome, outcome.code], ['failed', code])
    assert.match(outcome.reason ?? '', reason)
    assert.equal('unsubscribe' in outcome ? outcome.unsubscribe : undefined, unsubscribe)
  }
  server.fault = () => undefined
  assert.equal((await account.send(sms({ body: 'x'.repeat(1601) }))).code, '21617')
  assert.equal((await account.send(sms({ body: '' }))).code, '21602')
})

test('a message is sent as a form, with the URL for its callbacks', async () => {
  const server = await peer()
  const outcome = await accountAt(server).send(sms({ body: 'Grüße & 1 < 2 😀', attempt: 2 }))
  const [received] = server.received
  assert.ok(received && outcome.outcome === 'sent')
  assert.equal(outcome.provider_id, received.sid)
  assert.equal(JSON.parse(outcome.answer ?? '').num_segments, '1')
  const { StatusCallback = '', ...rest } = Object.fromEntries(server.requests[0] ?? [])
  assert.deepEqual(rest, { To: '+12025550123', From: FROM, Body: 'Grüße & 1 < 2 😀' })
  const callback = new URL(StatusCallback)
  assert.equal(callback.origin + callback.pathname, 'https://interphone.example.com/webhooks/twilio/status')
  const tracker = callback.searchParams.get('delivery') ?? ''
  assert.deepEqual(readTracker('secret', 'twilio delivery', tracker), {
    workspace_id: 'ab12cd34',
    delivery_id: '71',
    attempt: 2,
  })
  assert.equal(readTracker('another', 'twilio delivery', tracker), undefined)
})

test('an answer is sent without markup, and its files as links', async () => {
  const server = await peer()
  const file = { name: 'menu.pdf', url: 'https://example.com/menu.pdf', content_type: 'application/pdf', filesize: 9 }
  const account = accountAt(server)
  await account.send(sms({ part_id: '88', body: '<p>Fish &amp; <b>chips</b></p>', attachments: [file] }))
  await account.send(sms({ part_id: '89', body: null, attachments: [file] }))
  assert.deepEqual(
    server.received.map(({ body }) => body),
    ['Fish & chips\nhttps://example.com/menu.pdf', 'https://example.com/menu.pdf'],
  )
})

test('a Messaging Service chooses the number', async () => {
  const server = await peer()
  const messaging_service_sid = newSid('MG')
  const { from: _, ...settings } = { from: FROM, account_sid: server.account_sid, messaging_service_sid }
  const account = twilioAccount({ ...settings, base_url: server.url }, server.auth_token, SURROUNDINGS)
  open.push(account)
  assert.equal((await account.send(sms())).outcome, 'sent')
  assert.deepEqual([server.received[0]?.service, server.received[0]?.from], [messaging_service_sid, ''])
})

test('a message that has failed when it is created is failed', async () => {
  const server = await peer()
  server.answer = { status: 'failed', error_code: 30002, error_message: 'Account suspended' }
  const outcome = await accountAt(server).send(sms())
  assert.ok(outcome.outcome === 'sent')
  assert.deepEqual(outcome.then, [{ status: 'failed', code: '30002', reason: 'The Twilio account is suspended' }])
})

test('a server without a public URL requests no callbacks, because Twilio would refuse the message', async () => {
  const [twilio, loopback] = ['https://api.twilio.com', 'http://127.0.0.1:3000']
  const cases: [public_url: string, base_url: string, asked: boolean][] = [
    [loopback, twilio, false],
    ['http://localhost:3000', twilio, false],
    ['http://192.168.1.4:3000', twilio, false],
    ['http://[::1]:3000', twilio, false],
    ['https://interphone.example.com', twilio, true],
    [loopback, 'http://localhost:4000', true],
  ]
  for (const [public_url, base_url, asked] of cases) {
    const form = await messageForm(sms(), { from: FROM, base_url }, { public_url, secret: 'secret' })
    assert.equal('StatusCallback' in form, asked, `${public_url} for ${base_url}`)
  }
})

test('connections are reused, and their number is limited', async () => {
  const server = await peer()
  const account = accountAt(server)
  assert.equal(account.concurrency, 20)
  for (let round = 0; round < 5; round++) await Promise.all(Array.from({ length: 20 }, () => account.send(sms())))
  assert.equal(server.received.length, 100)
  assert.ok(server.connections <= 20, `${server.connections} connections`)
})

test('closing waits a limited time for running requests', async () => {
  const server = await peer()
  const { account_sid, auth_token, url: base_url } = server
  const account = twilioAccount({ account_sid, from: FROM, base_url }, auth_token, SURROUNDINGS, { close: 100 })
  server.fault = (_, nth) => (nth === 1 ? 'timeout' : undefined)
  const both = [account.send(sms()), account.send(sms())]
  await account.close()
  assert.deepEqual(
    (await Promise.all(both)).map(({ outcome, code }) => [outcome, code]),
    [
      ['retry', 'twilio_closed'],
      ['sent', undefined],
    ],
  )
})
