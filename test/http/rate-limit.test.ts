// The rate limit: headers on every answer, and an error above the limit.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addressOf } from '#http/rate-limit.ts'
import { EVERYTHING } from '#net/addresses.ts'
import { type TestAppOptions, testApp } from '../app.ts'

test('every answer has the limit in its headers, errors too', async () => {
  const t = await testApp()
  let remaining = 1666
  for (const [route, expected] of [
    ['GET /tags', 200],
    ['GET /tags/0', 404],
    ['POST /contacts', 400],
  ] as const) {
    const { status, headers } = await t.call(route, expected === 400 ? {} : undefined)
    assert.equal(status, expected)
    assert.equal(headers['x-ratelimit-limit'], '1666')
    assert.equal(headers['x-ratelimit-remaining'], String(--remaining))
    const reset = Number(headers['x-ratelimit-reset'])
    assert.ok(reset > Date.now() / 1000 && reset <= Date.now() / 1000 + 11)
  }
})

test('a server without a limit refuses no request', async () => {
  const t = await testApp({ rate_limit_per_minute: 0 })
  const answers = await Promise.all(Array.from({ length: 1700 }, () => t.call('GET /tags/0')))
  assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([404]))
  assert.equal((await t.call('GET /tags/0')).headers['x-ratelimit-remaining'], '0')
})

test('above the limit each token is refused separately, until the slice ends', async () => {
  const t = await testApp({ rate_limit_per_minute: 18 })
  for (let count = 0; count < 3; count++) assert.equal((await t.call('GET /tags')).status, 200)
  const { status, body, headers } = await t.call('POST /tags', { name: 'Too much' })
  assert.equal(status, 429)
  assert.deepEqual(body, {
    type: 'error.list',
    request_id: headers['x-request-id'],
    errors: [{ code: 'rate_limit_exceeded', message: 'Exceeded rate limit of 3 in 10_seconds' }],
  })
  assert.equal(headers['x-ratelimit-remaining'], '0')
  assert.ok(Number(headers['retry-after']) > 0 && Number(headers['retry-after']) <= 10)
  const { call } = await t.another()
  assert.deepEqual((await call('GET /tags')).body.data, [])
  const strangers = await Promise.all(Array.from({ length: 5 }, () => t.call('GET /tags', undefined, { token: 'x' })))
  assert.ok(strangers.every(({ status }) => status === 401))
})

type Peer = { address: string; forwarded_for?: string }

/** Starts messenger sessions from the peers in turn, and returns the statuses. */
async function statusesOf(options: TestAppOptions, peers: Peer[]): Promise<number[]> {
  const t = await testApp(options)
  const statuses: number[] = []
  for (const { address, forwarded_for } of peers) {
    const { statusCode } = await t.app.inject({
      ...{ method: 'POST', url: '/extensions/messenger/sessions', remoteAddress: address },
      ...{ payload: { app_id: t.workspace.id }, headers: forwarded_for ? { 'x-forwarded-for': forwarded_for } : {} },
    })
    statuses.push(statusCode)
  }
  return statuses
}

test('messenger sessions, which need no token, are limited for each address', async () => {
  const limit = { session_rate_limit_per_minute: 12 }
  const from = (...addresses: string[]): Peer[] => addresses.map((address) => ({ address }))
  const through = (address: string, ...clients: string[]): Peer[] =>
    clients.map((forwarded_for) => ({ address, forwarded_for }))
  const clients = ['198.51.100.1', '198.51.100.2', '198.51.100.3']
  const cases: [what: string, options: TestAppOptions, peers: Peer[], last: number][] = [
    ['an address above its limit', limit, from('192.0.2.1', '192.0.2.1', '192.0.2.1'), 429],
    ['another address', limit, from('192.0.2.1', '192.0.2.1', '192.0.2.2'), 200],
    ['one IPv6 network', limit, from('2001:db8::1', '2001:db8:0:0:ffff::1', '2001:db8:0:0:1:2:3:4'), 429],
    ['another IPv6 network', limit, from('2001:db8::1', '2001:db8::2', '2001:db8:0:1::1'), 200],
    ['a client that invents X-Forwarded-For', limit, through('192.0.2.1', ...clients), 429],
    ['a proxy', { ...limit, trusted_proxies: ['192.0.2.0/24'] }, through('192.0.2.1', ...clients), 200],
    [
      'a client',
      { ...limit, trusted_proxies: EVERYTHING },
      through('192.0.2.1', ...Array(3).fill('198.51.100.1')),
      429,
    ],
    ['no limit', {}, from('192.0.2.1', '192.0.2.1', '192.0.2.1'), 200],
  ]
  for (const [what, options, peers, last] of cases)
    assert.deepEqual(await statusesOf(options, peers), [200, 200, last], what)
})

test('unknown workspaces count too, and each workspace has its own limit', async () => {
  const t = await testApp({ session_rate_limit_per_minute: 6 })
  const { workspace } = await t.another()
  for (const [app_id, status] of [
    ['nothing', 404],
    ['nothing', 429],
    [t.workspace.id, 200],
    [t.workspace.id, 429],
    [workspace.id, 200],
  ] as const) {
    const answer = await t.call('POST /extensions/messenger/sessions', { app_id }, { token: null })
    assert.equal(answer.status, status, `${app_id}: ${answer.text}`)
  }
})

test('the network of an address is its first 64 bits in IPv6, and the address itself in IPv4', () => {
  for (const [ip, expected] of [
    ['127.0.0.1', '127.0.0.1'],
    ['::ffff:192.0.2.1', '::ffff:192.0.2.1'],
    ['::1', '0:0:0:0'],
    ['::', '0:0:0:0'],
    ['2001:db8::', '2001:db8:0:0'],
    ['2001:db8::1', '2001:db8:0:0'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:db8:1:2::6', '2001:db8:1:2'],
    ['2001::2:3:4:5:6:7', '2001:0:2:3'],
    ['fe80::1', 'fe80:0:0:0'],
  ] as const)
    assert.equal(addressOf({ ip }), expected, ip)
})
