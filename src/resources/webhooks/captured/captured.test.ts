// The sandbox of webhooks: what it captures, how a test waits for it, and the faults of sending.
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { after, beforeEach, test } from 'node:test'
import { NEARBY, SECRET, testApp } from '../../../../test/app.ts'
import { eventually } from '../../../../test/factories.ts'
import { webhookReceiver } from '../../../../test/webhook-receiver.ts'
import { sendWebhooks } from '../send/work.ts'

const t = await testApp()
const log = { warn() {}, error() {} } as never
after(sendWebhooks({ sql: t.database.sql, secret: SECRET, egress: NEARBY, log }))

type Captured = { id: string; headers: Record<string, string>; body: string } & Record<string, unknown>

const PATH = '/extensions/sandbox/webhooks'
const TOPICS = ['contact.user.created', 'contact.user.updated']
const KEY = 'a secret of this test'
const subscribe = async (request: object = {}) =>
  (await t.call('POST /extensions/webhook_subscriptions', { url: null, topics: TOPICS, secret: KEY, ...request })).body
const aUser = async (call = t.call) =>
  (await call('POST /contacts', { external_id: `u${Math.random()}`, name: 'Ann' })).body.id as string
const rename = (id: string, name: string) => t.call(`PUT /contacts/${id}`, { name })
const captured = async (query = ''): Promise<Captured[]> => {
  const { status, body, text } = await t.call(`GET ${PATH}?wait_ms=10000&${query}`)
  assert.equal(status, 200, text)
  return body.data
}
const itemOf = ({ body }: Captured) => JSON.parse(body).data.item
const arm = async (fault: object) => {
  const { status, text } = await t.call('POST /extensions/sandbox/faults', { target: 'webhooks', ...fault })
  assert.equal(status, 200, text)
}
const advance = (seconds: number) => t.call('POST /extensions/sandbox/clock', { advance_seconds: seconds })
beforeEach(async () => {
  await t.database.sql`delete from webhook_subscriptions`
  await t.call('POST /extensions/sandbox/reset')
})

test('a query is refused if it waits too long or for too many', async () => {
  for (const query of ['wait_ms=15001', 'wait_ms=-1', 'wait_ms=x', 'at_least=0', 'at_least=151', 'at_least=x'])
    assert.equal((await t.call(`GET ${PATH}?${query}`)).status, 400, query)
  assert.equal((await t.call(`GET ${PATH}`, undefined, { token: null })).status, 401)
})

test('a filter that matches nothing lists nothing, at the latest when its time is over', async () => {
  await subscribe()
  await aUser()
  await captured()
  for (const query of [
    ...['topic=contact.user.updated', 'object_id=nobody', 'subscription_id=0', 'subscription_id=x'],
    ...['notification_id=x', 'notification_id=notif_00000000-0000-0000-0000-000000000000', 'newer_than=99999999'],
  ]) {
    const { status, body } = await t.call(`GET ${PATH}?wait_ms=60&${query}`)
    assert.deepEqual([status, body.data, body.total_count], [200, [], 0], query)
  }
})

test('a captured webhook is the request that a receiver would get: the same headers, and signatures of the raw body', async () => {
  const endpoint = await webhookReceiver()
  await subscribe({ url: endpoint.url })
  const { id: subscription_id } = await subscribe()
  const user = await aUser()
  const [one] = await captured(`object_id=${user}`)
  assert.ok(one)
  await eventually(
    async () => endpoint.got.length,
    (count) => count === 1,
  )
  const { headers, body } = endpoint.got[0]!
  for (const name of Object.keys(one.headers)) {
    if (!name.startsWith('x-hub')) assert.equal(headers[name], one.headers[name], name)
  }
  const sent = JSON.parse(one.body)
  assert.deepEqual({ ...sent, id: 0, first_sent_at: 0 }, { ...body, id: 0, first_sent_at: 0 })
  assert.deepEqual(Object.keys(sent), Object.keys(body))
  for (const [name, algorithm] of [
    ['x-hub-signature', 'sha1'],
    ['x-hub-signature-256', 'sha256'],
  ] as const)
    assert.equal(one.headers[name], `${algorithm}=${createHmac(algorithm, KEY).update(one.body).digest('hex')}`)
  assert.deepEqual(
    [one['subscription_id'], one['notification_id'], one['topic'], one['object'], one['attempt']],
    [subscription_id, sent.id, 'contact.user.created', { type: 'contact', id: user }, 1],
  )
  assert.equal(one['response_status'], 200)
})

test('a test waits for as many as it expects, for those after the last that it saw, and pages through all', async () => {
  const { id } = await subscribe()
  const user = await aUser()
  const [first] = await captured(`object_id=${user}`)
  for (const name of ['B', 'C', 'D']) await rename(user, name)
  const three = await captured(`newer_than=${first!.id}&at_least=3&topic=contact.user.updated&subscription_id=${id}`)
  assert.deepEqual(
    three.map((one) => itemOf(one).name),
    ['D', 'C', 'B'],
  )
  const [exact] = await captured(`notification_id=${three[1]!['notification_id']}`)
  assert.deepEqual(exact, three[1])
  const { body: page } = await t.call(`GET ${PATH}?per_page=3`)
  assert.deepEqual([page.total_count, page.data.length], [4, 3])
  const { body: rest } = await t.call(`GET ${PATH}?per_page=3&starting_after=${page.pages.next.starting_after}`)
  assert.deepEqual(rest.data, [first])
})

test('a request that waits sees what comes while it waits', async () => {
  await subscribe()
  const waiting = captured('topic=contact.user.created')
  const user = await aUser()
  assert.equal(itemOf((await waiting)[0]!).id, user)
})

test('nothing of another workspace is captured, and a reset empties the list', async () => {
  const other = await t.another()
  await subscribe()
  await aUser(other.call)
  await aUser()
  await captured()
  assert.deepEqual((await other.call(`GET ${PATH}`)).body.data, [])
  await t.call('POST /extensions/sandbox/reset')
  assert.deepEqual((await t.call(`GET ${PATH}`)).body.data, [])
})

for (const [fault, status, error] of [
  ['400', 400, /answered 400/],
  ['404', 404, /answered 404/],
  ['500', 500, /answered 500/],
  ['503', 503, /answered 503/],
  ['timeout', null, /did not answer/],
] as const)
  test(`${fault}: the next notification fails, is due again a minute later by the clock, and repeats its id`, async () => {
    const { id } = await subscribe()
    await arm({ fault })
    const user = await aUser()
    const [failed] = await captured(`object_id=${user}`)
    assert.equal(failed!['response_status'], status)
    const { body } = await t.call(`GET /extensions/webhook_subscriptions/${id}/notifications`)
    assert.match(body.data[0].error, error)
    await advance(61)
    const [again, first] = await captured(`object_id=${user}&at_least=2`)
    assert.equal(again!['notification_id'], first!['notification_id'])
    assert.deepEqual([again!['attempt'], again!['response_status']], [2, 200])
    assert.equal(JSON.parse(again!.body).delivery_attempts, 2)
  })

test('429 slows the subscription until Retry-After has passed by the clock; 410 ends it', async () => {
  const { id } = await subscribe()
  await arm({ fault: '429', retry_after: 300 })
  const user = await aUser()
  await captured(`object_id=${user}`)
  await advance(301)
  assert.equal((await captured(`object_id=${user}&at_least=2`)).length, 2)
  await arm({ fault: '410' })
  await captured(`object_id=${await aUser()}`)
  assert.equal((await t.call(`GET /extensions/webhook_subscriptions/${id}`)).body.state, 'disabled')
})

test('double: the same notification arrives twice, also at a real endpoint', async () => {
  const endpoint = await webhookReceiver()
  await subscribe({ url: endpoint.url })
  await subscribe()
  await arm({ fault: 'double', times: 2 })
  const user = await aUser()
  const [one, two] = await captured(`object_id=${user}&at_least=2`)
  assert.equal(one!.body, two!.body)
  const got = await eventually(
    async () => endpoint.got,
    ({ length }) => length === 2,
  )
  assert.equal(got[0]!.text, got[1]!.text)
})

test('delay: a notification waits, and so do the later ones of its object, but none of others', async () => {
  await subscribe()
  await arm({ fault: 'delay', delay_ms: 60_000 })
  const late = await aUser()
  await eventually(
    async () => (await t.call('GET /extensions/sandbox/faults')).body.data.length,
    (count) => count === 0,
  )
  await rename(late, 'B')
  const other = await aUser()
  await captured(`object_id=${other}`)
  assert.deepEqual((await t.call(`GET ${PATH}?object_id=${late}`)).body.data, [])
  await advance(60)
  const both = await captured(`object_id=${late}&at_least=2`)
  assert.deepEqual(
    both.map((one) => [one['topic'], one['attempt']]),
    [
      ['contact.user.updated', 1],
      ['contact.user.created', 1],
    ],
  )
})

test('out_of_order: a notification arrives after the next one of its object, which nothing else changes', async () => {
  await subscribe()
  await arm({ fault: 'out_of_order', topic: 'contact.user.created', delay_ms: 60_000 })
  const user = await aUser()
  await rename(user, 'B')
  await rename(user, 'C')
  const all = await captured(`object_id=${user}&at_least=3`)
  const names = all.map((one) => itemOf(one).name).reverse()
  assert.deepEqual(names.toSorted(), ['Ann', 'B', 'C'])
  assert.equal(names[0], 'B')
  assert.ok(names.indexOf('B') < names.indexOf('C'), 'the others keep their order')
})

test('out_of_order: without a later one it arrives when its time is over', async () => {
  await subscribe()
  await arm({ fault: 'out_of_order', delay_ms: 50 })
  assert.equal((await captured(`object_id=${await aUser()}`)).length, 1)
})

test('a fault of another topic or another workspace applies to nothing here', async () => {
  const other = await t.another()
  await other.call('POST /extensions/sandbox/faults', { target: 'webhooks', fault: '500' })
  await subscribe()
  await arm({ fault: '500', topic: 'contact.user.updated' })
  const [one] = await captured(`object_id=${await aUser()}`)
  assert.equal(one!['response_status'], 200)
  assert.equal((await t.call('GET /extensions/sandbox/faults')).body.data[0].left, 1)
})
