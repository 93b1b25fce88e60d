// Webhooks from the API to a real receiver: sad paths first.
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { after, beforeEach, describe, test } from 'node:test'
import { NEARBY, SECRET, testApp } from '../../../test/app.ts'
import { breakEvents } from '../../../test/broken-events.ts'
import { allReadable } from '../../../test/events.ts'
import { eventually } from '../../../test/factories.ts'
import { type AnswerHook, type Got, webhookReceiver } from '../../../test/webhook-receiver.ts'
import { sendWebhooks } from './send/work.ts'

const t = await testApp()
const { sql } = t.database
const silent = () => {}
const errors: Record<string, unknown>[] = []
const log = { warn: silent, error: (fields: Record<string, unknown>) => errors.push(fields) } as never
const stop = sendWebhooks({ sql, secret: SECRET, egress: NEARBY, log })
after(stop)

const OK: AnswerHook = (response) => response.end('thank you')
const with_status =
  (status: number, headers = {}): AnswerHook =>
  (response) =>
    response.writeHead(status, headers).end('no')

const PATH = '/extensions/webhook_subscriptions'
const subscribe = async (request: object) => {
  await allReadable(sql)
  const { status, body } = await t.call(`POST ${PATH}`, { topics: ['contact.user.created'], ...request })
  assert.equal(status, 200, JSON.stringify(body))
  return body
}
const aUser = async () => (await t.call('POST /contacts', { external_id: `u${Math.random()}`, name: 'Ann' })).body
const show = async (id: string) => (await t.call(`GET ${PATH}/${id}`)).body
const notificationsOf = async (id: string, query = '') =>
  (await t.call(`GET ${PATH}/${id}/notifications${query}`)).body.data
/** As if the delay had passed. Those that are being sent are leased for 30 seconds. */
const hurry = async () => {
  await sql`
    update webhook_notifications set due_at = now()
    where status = 'pending' and due_at > now() + interval '35 seconds'`
  await sql`update webhook_subscriptions set resume_at = null`
}

beforeEach(async () => {
  await sql`delete from webhook_subscriptions`
})

describe('a subscription is refused', () => {
  const topics = ['contact.user.created']
  const cases: [body: object, message: RegExp][] = [
    [{ topics }, /url is required/],
    [{ url: null }, /topics is required/],
    [{ url: null, topics: [] }, /^topics/],
    [{ url: null, topics: ['contact.exploded'] }, /topics names contact.exploded, which is not a topic/],
    [{ url: 'ftp://example.com', topics }, /url must be an http or https URL/],
    [{ url: 'example.com', topics }, /url must be an http or https URL/],
    [{ url: 'https://a:b@example.com', topics }, /url must not contain credentials/],
    [{ url: 'http://10.0.0.1/hooks', topics }, /url leads to a private address: 10.0.0.1/],
    [{ url: null, topics, version: '9.9' }, /^version/],
    [{ url: null, topics, secret: 'short' }, /^secret/],
    [{ url: null, topics, gives_up_after_hours: 1_000 }, /^gives_up_after_hours/],
  ]
  for (const [body, message] of cases)
    test(JSON.stringify(body), async () => {
      const answer = await t.call(`POST ${PATH}`, body)
      assert.equal(answer.status, 400)
      assert.match(answer.body.errors[0].message, message)
    })

  test('that is unknown or of another workspace', async () => {
    const other = await t.another()
    const theirs = (await other.call(`POST ${PATH}`, { url: null, topics: ['contact.user.created'] })).body
    for (const id of [theirs.id, '0', 'x']) {
      const routes = [
        ...[`GET ${PATH}/${id}`, `DELETE ${PATH}/${id}`, `POST ${PATH}/${id}/ping`, `GET ${PATH}/${id}/notifications`],
        ...[`GET ${PATH}/${id}/notifications/1`],
      ]
      for (const route of routes) assert.equal((await t.call(route)).status, 404, route)
      assert.equal((await t.call(`PUT ${PATH}/${id}`, { enabled: false })).status, 404)
      assert.equal((await t.call(`POST ${PATH}/${id}/replay`, { status: 'failed' })).status, 404)
    }
  })
})

test('a notification has the documented envelope, and both signatures of the raw body', async () => {
  const endpoint = await webhookReceiver()
  const { secret, id } = await subscribe({ url: endpoint.url, version: 'Preview' })
  const user = await aUser()
  await eventually(
    async () => endpoint.got.length,
    (count) => count === 1,
  )
  const [{ headers, text, body }] = endpoint.got as [Got]
  assert.deepEqual(Object.keys(body), [
    ...['type', 'app_id', 'data', 'links', 'id', 'topic', 'delivery_status', 'delivery_attempts', 'delivered_at'],
    ...['first_sent_at', 'created_at', 'self'],
  ])
  assert.match(body.id, /^notif_[\da-f-]{36}$/)
  assert.deepEqual(
    [body.type, body.app_id, body.topic, body.delivery_status, body.delivery_attempts, body.delivered_at],
    ['notification_event', t.created.id, 'contact.user.created', 'pending', 1, 0],
  )
  assert.deepEqual(body.data, { type: 'notification_event_data', item: user })
  for (const [name, algorithm] of [
    ['x-hub-signature', 'sha1'],
    ['x-hub-signature-256', 'sha256'],
  ] as const)
    assert.equal(headers[name], `${algorithm}=${createHmac(algorithm, secret).update(text).digest('hex')}`)
  assert.equal(headers['content-type'], 'application/json')

  const [logged] = await eventually(
    () => notificationsOf(id),
    ([one]) => one?.status === 'delivered',
  )
  const { body: whole } = await t.call(`GET ${PATH}/${id}/notifications/${logged.id}`)
  assert.equal(whole.notification_id, body.id)
  assert.deepEqual(
    whole.log.map(({ attempt, response_status, response_body, error }: Record<string, unknown>) => [
      ...[attempt, response_status, response_body, error],
    ]),
    [[1, 200, 'thank you', null]],
  )
  assert.equal('secret' in (await show(id)), false)
})

test('the item is in the version of the subscription, with the times that webhooks of that version have', async () => {
  const [old, now] = [await webhookReceiver(), await webhookReceiver()]
  await subscribe({ url: old.url, version: '2.14' })
  await subscribe({ url: now.url, version: '2.15' })
  const { created_at } = await aUser()
  await eventually(
    async () => old.got.length + now.got.length,
    (count) => count === 2,
  )
  assert.match(old.got[0]!.body.data.item.created_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000\+00:00$/)
  assert.equal(Date.parse(old.got[0]!.body.data.item.created_at) / 1000, created_at)
  assert.equal(now.got[0]!.body.data.item.created_at, created_at)
})

test('an endpoint that fails gets the notification again, with the same id, until it answers 2xx', async () => {
  const endpoint = await webhookReceiver(with_status(500))
  const { id } = await subscribe({ url: endpoint.url })
  await aUser()
  const [failed] = await eventually(
    () => notificationsOf(id),
    ([one]) => one?.error !== null && one !== undefined,
  )
  assert.deepEqual([failed.status, failed.attempts, failed.error], ['pending', 1, 'The endpoint answered 500'])
  const wait = failed.next_attempt_at - Date.now() / 1000
  assert.ok(wait > 50 && wait < 70, `the first retry is after a minute, not ${wait} s`)
  assert.notEqual((await show(id)).failing_since, null)
  endpoint.answer = OK
  await hurry()
  await eventually(
    async () => endpoint.got.length,
    (count) => count === 2,
  )
  const [first, second] = endpoint.got.map(({ body }) => body)
  assert.deepEqual(
    [first.id, first.created_at, first.first_sent_at],
    [second.id, second.created_at, second.first_sent_at],
  )
  assert.deepEqual([first.delivery_attempts, second.delivery_attempts], [1, 2])
  await eventually(
    () => notificationsOf(id),
    ([one]) => one.status === 'delivered',
  )
  assert.equal((await show(id)).failing_since, null)
})

test('with gives_up_after_hours 0 there is one retry, as at Intercom; a replay sends what has failed again', async () => {
  const endpoint = await webhookReceiver(with_status(400))
  const { id } = await subscribe({ url: endpoint.url, gives_up_after_hours: 0 })
  await aUser()
  await eventually(
    async () => endpoint.got.length,
    (count) => count === 1,
  )
  await eventually(
    () => notificationsOf(id),
    ([one]) => one.error !== null,
  )
  await hurry()
  await eventually(
    () => notificationsOf(id, '?status=failed'),
    ({ length }) => length === 1,
  )
  endpoint.answer = OK
  for (const body of [{}, { state: 'failed' }, { since: 0 }, { notification_ids: [] }, { '': 1 }]) {
    const refused = await t.call(`POST ${PATH}/${id}/replay`, body)
    const message = 'One of notification_id, status, from and until is required'
    assert.deepEqual([refused.status, refused.body.errors[0].message], [400, message], JSON.stringify(body))
  }
  assert.equal((await t.call(`POST ${PATH}/${id}/replay`, { until: 1 })).body.replayed, 0)
  assert.equal((await t.call(`POST ${PATH}/${id}/replay`, { status: 'failed' })).body.replayed, 1)
  await eventually(
    () => notificationsOf(id, '?status=delivered'),
    ({ length }) => length === 1,
  )
  assert.equal(new Set(endpoint.got.map(({ body }) => body.id)).size, 1)
})

test('a 429 slows the whole subscription, as Retry-After says, and counts as no failure', async () => {
  const endpoint = await webhookReceiver(with_status(429, { 'retry-after': '300' }))
  const { id } = await subscribe({ url: endpoint.url })
  await aUser()
  const slow = await eventually(
    () => show(id),
    ({ resumes_at }) => resumes_at !== null,
  )
  const wait = slow.resumes_at - Date.now() / 1000
  assert.ok(wait > 280 && wait <= 301, String(wait))
  assert.equal(slow.failing_since, null)
  const before = endpoint.got.length
  await aUser()
  await eventually(
    () => notificationsOf(id),
    ({ length }) => length === 2,
  )
  await new Promise((resolve) => setTimeout(resolve, 500))
  assert.equal(endpoint.got.length, before, 'nothing is sent before')
  endpoint.answer = OK
  await hurry()
  await eventually(
    () => notificationsOf(id, '?status=delivered'),
    ({ length }) => length === 2,
  )
})

test('a 410 ends the subscription; switched on again, it gets all that waited', async () => {
  const endpoint = await webhookReceiver(with_status(410))
  const { id } = await subscribe({ url: endpoint.url })
  await aUser()
  const ended = await eventually(
    () => show(id),
    ({ state }) => state === 'disabled',
  )
  assert.match(ended.state_reason, /answered 410/)
  endpoint.answer = OK
  await t.call(`PUT ${PATH}/${id}`, { enabled: true })
  await eventually(
    () => notificationsOf(id, '?status=delivered'),
    ({ length }) => length === 1,
  )
  assert.deepEqual([(await show(id)).state, (await show(id)).state_reason], ['active', null])
})

test('an endpoint that has failed for hours is suspended, says so, and resumes without loss', async () => {
  const endpoint = await webhookReceiver(with_status(503))
  const { id } = await subscribe({ url: endpoint.url })
  await aUser()
  await eventually(
    () => show(id),
    ({ failing_since }) => failing_since !== null,
  )
  await sql`update webhook_subscriptions set failing_since = now() - interval '7 hours'`
  await hurry()
  const suspended = await eventually(
    () => show(id),
    ({ state }) => state === 'suspended',
  )
  assert.match(suspended.state_reason, /has failed for hours: The endpoint answered 503/)
  for (let n = 0; n < 3; n++) await aUser()
  await eventually(
    () => notificationsOf(id),
    ({ length }) => length === 4,
  )
  endpoint.answer = OK
  await hurry()
  await eventually(
    () => notificationsOf(id, '?status=delivered'),
    ({ length }) => length === 4,
  )
  assert.equal((await show(id)).state, 'active')
})

test('one that does not answer holds up no other, and is told apart from one that refuses connections', async () => {
  const silentOne = await webhookReceiver(() => {})
  const closed = await webhookReceiver()
  const good = await webhookReceiver()
  await subscribe({ url: silentOne.url })
  const { id: refused } = await subscribe({ url: closed.url.replace(/:\d+/, ':9') })
  await subscribe({ url: good.url })
  for (let n = 0; n < 40; n++) await aUser()
  await eventually(
    async () => good.got.length,
    (count) => count === 40,
  )
  assert.equal(silentOne.got.length, 20, 'no more than these are being sent at once')
  const [one] = await eventually(
    () => notificationsOf(refused),
    ([one]) => one?.error,
  )
  assert.match(one.error, /ECONNREFUSED/)
})

test('notifications of one object arrive in order, also while others fail', async () => {
  let fails = 0
  const endpoint = await webhookReceiver((response) => {
    if (fails++ < 2) response.writeHead(500).end()
    else response.end()
  })
  const { id } = await subscribe({ url: endpoint.url, topics: ['contact.user.created', 'contact.user.updated'] })
  const user = await aUser()
  for (const name of ['B', 'C', 'D']) await t.call(`PUT /contacts/${user.id}`, { name })
  await eventually(
    async () => {
      await hurry()
      return notificationsOf(id, '?status=delivered')
    },
    ({ length }) => length === 4,
  )
  const names = endpoint.got.map(({ body }) => body.data.item.name)
  assert.deepEqual(names, ['Ann', 'Ann', 'Ann', 'B', 'C', 'D'])
})

test('a secret that was stored with another key of the server is an error of the attempt', async () => {
  const endpoint = await webhookReceiver()
  const { id } = await subscribe({ url: endpoint.url, topics: ['contact.user.created'] })
  await sql`update webhook_subscriptions set secret = ${Buffer.alloc(64)} where id = ${id}`
  await aUser()
  const [{ error }] = await eventually(
    () => notificationsOf(id),
    ([one]) => one?.error,
  )
  assert.match(error, /another INTERPHONE_SECRET_KEY/)
  assert.equal(endpoint.got.length, 0)
})

test('the later notifications of an object wait with one that is tried again, and follow it at once', async () => {
  const endpoint = await webhookReceiver((response) => void response.writeHead(500).end())
  const { id } = await subscribe({ url: endpoint.url, topics: ['contact.user.created', 'contact.user.updated'] })
  const user = await aUser()
  for (const name of ['B', 'C', 'D']) await t.call(`PUT /contacts/${user.id}`, { name })
  const waits = () => sql<{ seconds: number }[]>`
    select extract(epoch from due_at - now())::float as seconds from webhook_notifications
    where subscription_id = ${id} and status = 'pending' order by id`
  await eventually(waits, (rows) => rows.length === 4 && rows.every(({ seconds }) => seconds > 40))
  await t.call(`PUT /contacts/${user.id}`, { name: 'E' })
  await eventually(waits, (rows) => rows.length === 5 && rows.every(({ seconds }) => seconds > 30))
  assert.equal(endpoint.got.length, 1)
  endpoint.answer = OK
  await sql`
    update webhook_notifications set due_at = now()
    where id = (select min(id) from webhook_notifications where subscription_id = ${id})`
  await eventually(
    () => notificationsOf(id, '?status=delivered'),
    ({ length }) => length === 5,
  )
  const names = endpoint.got.map(({ body }) => body.data.item.name)
  assert.deepEqual(names, ['Ann', 'Ann', 'B', 'C', 'D', 'E'])
})

test('a subscription gets nothing of before, nothing of other topics, and nothing of other workspaces', async () => {
  await aUser()
  const endpoint = await webhookReceiver()
  const { id } = await subscribe({ url: endpoint.url })
  const other = await t.another()
  await other.call('POST /contacts', { external_id: 'theirs' })
  await t.call('POST /contacts', { role: 'lead' })
  const { id: mine } = await aUser()
  await eventually(
    () => notificationsOf(id, '?status=delivered'),
    ({ length }) => length === 1,
  )
  assert.deepEqual(
    endpoint.got.map(({ body }) => body.data.item.id),
    [mine],
  )
})

test('events whose item cannot be made are sent with a short item, and hold up none after them', async () => {
  const user = await aUser()
  const { body: message } = await t.call('POST /conversations', { from: { type: 'user', id: user.id }, body: 'Hi' })
  const topics = ['conversation.admin.noted', 'contact.user.created']
  const { id } = await subscribe({ url: null, topics, version: 'Preview' })
  errors.length = 0
  const short = await breakEvents(t.workspace, message.conversation_id)
  const { id: last } = await aUser()
  const sent = await eventually(
    () => notificationsOf(id),
    ({ length }) => length === short.length + 1,
  )
  const items = sent.map(({ item }: { item: { id: string } }) => item).reverse()
  assert.deepEqual(items.slice(0, -1), short)
  assert.equal(items.at(-1).id, last)
  assert.equal(errors.length, short.length)
  for (const { position, topic, err } of errors) {
    assert.match(String(position), /^\d+\.\d+$/)
    assert.ok(topics.includes(String(topic)))
    assert.ok(err instanceof Error)
  }
})

test('a restored contact is notified under the name that the subscription has for it', async () => {
  const [documented, recorded] = ['contact.unarchive', 'contact.unarchived']
  const ids: string[] = []
  for (const topics of [[documented], [recorded], [recorded, documented]])
    ids.push((await subscribe({ url: null, topics })).id)
  const { id } = await aUser()
  await t.call(`POST /contacts/${id}/archive`)
  await t.call(`POST /contacts/${id}/unarchive`)
  for (const [n, name] of [documented, recorded, recorded].entries()) {
    const sent = await eventually(
      () => notificationsOf(ids[n]!),
      ({ length }) => length > 0,
    )
    assert.deepEqual(
      sent.map(({ topic, item }: { topic: string; item: Record<string, unknown> }) => [
        topic,
        item['id'],
        item['role'],
      ]),
      [[name, id, 'user']],
    )
  }
})

test('without a url notifications are delivered to nobody, and listed', async () => {
  const { id } = await subscribe({ url: null })
  const user = await aUser()
  const [one] = await eventually(
    () => notificationsOf(id),
    ([one]) => one?.status === 'delivered',
  )
  assert.deepEqual(
    [one.topic, one.object, one.item.id],
    ['contact.user.created', { type: 'contact', id: user.id }, user.id],
  )
  assert.equal((await t.call(`POST ${PATH}/${id}/ping`)).status, 400)
})

test('a ping is sent at once, and its answer is shown', async () => {
  const endpoint = await webhookReceiver(with_status(404))
  const { id } = await subscribe({ url: endpoint.url })
  const { body } = await t.call(`POST ${PATH}/${id}/ping`)
  assert.deepEqual([body.response_status, body.error], [404, 'The endpoint answered 404'])
  const [{ body: ping }] = endpoint.got as [Got]
  assert.deepEqual([ping.topic, ping.id, ping.delivery_status], ['ping', null, null])
  assert.deepEqual(ping.data.item, { type: 'ping', message: 'something something interzen' })
})

test('tags and participants are wrapped with their contact', async () => {
  const endpoint = await webhookReceiver()
  await subscribe({ url: endpoint.url, topics: ['contact.user.tag.created'] })
  const user = await aUser()
  const { body: tag } = await t.call('POST /tags', { name: 'VIP' })
  await t.call(`POST /contacts/${user.id}/tags`, { id: tag.id })
  await eventually(
    async () => endpoint.got.length,
    (count) => count === 1,
  )
  const { item } = endpoint.got[0]!.body.data
  assert.deepEqual(
    [item.type, item.tag, item.contact.id, typeof item.created_at],
    ['contact_tag', { type: 'tag', id: tag.id, name: 'VIP' }, user.id, 'number'],
  )
})

test('a worker that is alone sends at once what a dead one had leased; beside others it waits for the lease', async () => {
  const endpoint = await webhookReceiver()
  const { id } = await subscribe({ url: endpoint.url })
  await sql`
    insert into webhook_notifications
      (workspace_id, subscription_id, topic, object_type, object_id, item, attempts, due_at, created_at)
    values (${t.created.id}, ${id}, 'contact.user.created', 'contact', '1', '{}', 1, now() + interval '1 hour', now())`
  const { id: user } = await aUser()
  await eventually(
    async () => endpoint.got.length,
    (count) => count === 1,
  )
  assert.equal(endpoint.got[0]!.body.data.item.id, user)
  // Otherwise the worker that is alone would take it for one that a dead worker had leased.
  await eventually(
    async () => (await t.call(`GET ${PATH}/${id}/notifications?status=delivered`)).body.total_count,
    (count) => count === 1,
  )
  const alone = sendWebhooks({ sql, secret: SECRET, egress: NEARBY, log, is_alone: true })
  await eventually(
    async () => endpoint.got.length,
    (count) => count === 2,
  )
  await alone()
  assert.equal(endpoint.got[1]!.body.delivery_attempts, 2)
})

test('two processes send each notification once', async () => {
  const second = sendWebhooks({ sql, secret: SECRET, egress: NEARBY, log })
  const endpoint = await webhookReceiver()
  const { id } = await subscribe({ url: endpoint.url })
  await Promise.all(Array.from({ length: 60 }, aUser))
  await eventually(
    () => notificationsOf(id, '?status=delivered&per_page=150'),
    ({ length }) => length === 60,
  )
  await second()
  assert.equal(endpoint.got.length, 60)
  assert.equal(new Set(endpoint.got.map(({ body }) => body.id)).size, 60)
})
