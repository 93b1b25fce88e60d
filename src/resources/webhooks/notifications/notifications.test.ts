// The notifications of all subscriptions, with the request and the answer of each attempt, side by side.
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { after, test } from 'node:test'
import { NEARBY, SECRET, testApp } from '../../../../test/app.ts'
import { eventually } from '../../../../test/factories.ts'
import { sendWebhooks } from '../send/work.ts'

const t = await testApp()
const { call } = t
const another = await t.another()
const log = { warn() {}, error() {} } as never
after(sendWebhooks({ sql: t.database.sql, secret: SECRET, egress: NEARBY, log }))

const PATH = '/extensions/webhook_notifications'
const KEY = 'a secret of this test'
const subscribe = async (topics: string[], as = call) =>
  (await as('POST /extensions/webhook_subscriptions', { url: null, topics, secret: KEY })).body.id as string
const mine = await subscribe(['contact.user.created'])
const other = await subscribe(['contact.user.updated'])
await subscribe(['contact.user.created'], another.call)
const { body: user } = await call('POST /contacts', { external_id: 'u1' })
await call(`PUT /contacts/${user.id}`, { name: 'Ann' })
await another.call('POST /contacts', { external_id: 'u2' })

const found = async (query = '', as = call) => {
  const { status, body, text } = await as(`GET ${PATH}?${query}`)
  assert.equal(status, 200, text)
  assert.equal(body.total_count, body.data.length)
  return body.data
}
const all = await eventually(
  () => found('status=delivered'),
  ({ length }) => length === 2,
)
const [theirs] = await eventually(
  () => found('', another.call),
  ({ length }) => length === 1,
)

test('an unknown notification, one of another workspace, and a query that is none are refused', async () => {
  for (const id of ['0', 'x', '99999999999999999999', theirs.id]) {
    assert.equal((await call(`GET ${PATH}/${id}`)).status, 404, id)
    assert.equal((await call(`POST ${PATH}/${id}/replay`)).status, 404, id)
  }
  for (const query of ['q=', 'status=lost', 'starting_after=x'])
    assert.equal((await call(`GET ${PATH}?${query}`)).status, 400, query)
})

test('notifications are found by subscription, topic, status, object and id', async () => {
  const [updated, created] = all
  assert.deepEqual([updated.subscription_id, created.subscription_id], [other, mine])
  const cases: [query: string, ids: string[]][] = [
    ['', [updated.id, created.id]],
    [`subscription_id=${mine}`, [created.id]],
    ['subscription_id=x', []],
    ['topic=contact.user.updated', [updated.id]],
    ['status=failed', []],
    ['q=USER.UPD', [updated.id]],
    [`q=${user.id}`, [updated.id, created.id]],
    [`q=${created.notification_id}`, [created.id]],
    ['q=%25', []],
  ]
  for (const [query, ids] of cases)
    assert.deepEqual(
      (await found(query)).map(({ id }: { id: string }) => id),
      ids,
      query,
    )
})

test('an attempt shows its request, with a signature that fits, beside its answer', async () => {
  const [, created] = all
  const { body } = await call(`GET ${PATH}/${created.id}`)
  const [attempt] = body.log
  assert.deepEqual([body.log.length, attempt.response_status, attempt.request.url], [1, 200, null])
  const sent = JSON.parse(attempt.request.body)
  assert.deepEqual([sent.id, sent.delivery_attempts], [created.notification_id, 1])
  const signature = createHmac('sha1', KEY).update(attempt.request.body).digest('hex')
  assert.equal(attempt.request.headers['x-hub-signature'], `sha1=${signature}`)
})

test('a notification is sent again with the same id, and every attempt is shown', async () => {
  const [, created] = all
  const { status, body } = await call(`POST ${PATH}/${created.id}/replay`)
  assert.deepEqual([status, body.status], [200, 'pending'])
  const shown = await eventually(
    async () => (await call(`GET ${PATH}/${created.id}`)).body,
    ({ status, log }) => status === 'delivered' && log.length === 2,
  )
  assert.deepEqual(
    shown.log.map(({ request }: { request: { body: string } }) => {
      const { id, delivery_attempts } = JSON.parse(request.body)
      return [id, delivery_attempts]
    }),
    [
      [created.notification_id, 1],
      [created.notification_id, 2],
    ],
  )
})
