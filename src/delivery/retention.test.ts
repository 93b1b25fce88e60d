// Old deliveries are removed, and with them their history and captured messages; what refers to them stays readable.
import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { contactRecords } from '#resources/contacts/fragments.ts'
import { testApp } from '../../test/app.ts'
import { aContact, aMessage } from '../../test/factories.ts'
import { lease } from './lease.ts'
import { removeOld } from './retention.ts'
import { DEFAULT_RETRY } from './retry.ts'
import { settle, settlement } from './settle.ts'
import { sumUp } from './tally.ts'

const t = await testApp()
const { call, workspace } = t
const { sql, id: workspace_id } = workspace
const pool = t.database.sql
const FAST = { rest: 0 }
let anna: string

beforeEach(async () => {
  await call('POST /extensions/sandbox/reset')
  anna = await aContact(workspace, { email: 'anna@example.com' })
})

const deliveryOf = async (message: string) =>
  (await call(`GET /extensions/messages/${message}/deliveries`)).body.data[0].id as string
const isThere = async (delivery: string) => (await call(`GET /extensions/deliveries/${delivery}`)).status === 200
const countOf = async (table: string) =>
  (await sql`select from ${sql(table)} where workspace_id = ${workspace_id}`).count

/** Sends a message, and makes it look as if that had happened `days` ago. */
async function sentDaysAgo(days: number, to = anna): Promise<{ message: string; delivery: string }> {
  const message = await aMessage(workspace, { to })
  const delivery = await deliveryOf(message)
  const captured = { sender: 'us@example.com', recipient: 'anna@example.com', subject: 'Hello', rendered: {} }
  for (const outgoing of await lease(pool, [], 10, 30))
    await settle(pool, contactRecords, [
      settlement(outgoing, { outcome: 'sent', provider_id: `p${outgoing.id}`, captured }, DEFAULT_RETRY, new Date()),
    ])
  await age(delivery, days)
  return { message, delivery }
}

async function age(delivery: string, days: number): Promise<void> {
  const then = new Date(Date.now() - days * 86_400_000)
  await sql`update deliveries set created_at = ${then}, updated_at = ${then} where workspace_id = ${workspace_id} and id = ${delivery}`
  await sql`update delivery_history set at = ${then} where workspace_id = ${workspace_id} and delivery_id = ${delivery}`
  await sql`update captured_messages set captured_at = ${then} where workspace_id = ${workspace_id} and delivery_id = ${delivery}`
}

const STAY: [what: string, make: () => Promise<string>][] = [
  ['sent within these days', async () => (await sentDaysAgo(29)).delivery],
  [
    'that is queued, however old',
    async () => {
      const delivery = await deliveryOf(await aMessage(workspace, { to: anna }))
      await age(delivery, 100)
      return delivery
    },
  ],
  [
    'whose status changed within these days',
    async () => {
      const { delivery } = await sentDaysAgo(100)
      await sql`update deliveries set updated_at = now() where workspace_id = ${workspace_id} and id = ${delivery}`
      return delivery
    },
  ],
  [
    'of a broadcast that goes on',
    async () => {
      const { delivery } = await sentDaysAgo(100)
      const id = await aBroadcast('paused')
      await sql`update deliveries set broadcast_id = ${id} where workspace_id = ${workspace_id} and id = ${delivery}`
      return delivery
    },
  ],
  [
    'of a workspace with a clock of its own',
    async () => {
      const { delivery } = await sentDaysAgo(100)
      await call('POST /extensions/sandbox/clock', { advance_seconds: 60 })
      return delivery
    },
  ],
]

for (const [what, make] of STAY)
  test(`a delivery ${what} stays`, async () => {
    const delivery = await make()
    assert.equal(await removeOld(pool, 'deliveries', 30, FAST), 0)
    assert.ok(await isThere(delivery))
  })

test('nothing is removed if deliveries are kept for ever', async () => {
  const { delivery } = await sentDaysAgo(3_000)
  for (const kind of ['deliveries', 'delivery_history', 'captured_messages'] as const)
    assert.equal(await removeOld(pool, kind, 0, FAST), 0)
  assert.ok(await isThere(delivery))
})

test('an old delivery goes with its history and captured message; those of other workspaces by their own age', async () => {
  const { delivery } = await sentDaysAgo(31)
  const other = await t.another()
  const bob = await aContact(other.workspace, { email: 'bob@example.com' })
  const theirs = await aMessage(other.workspace, { to: bob })
  assert.equal(await countOf('captured_messages'), 1)
  assert.equal(await removeOld(pool, 'deliveries', 30, FAST), 1)
  assert.equal(await isThere(delivery), false)
  assert.deepEqual([await countOf('delivery_history'), await countOf('captured_messages')], [0, 0])
  assert.equal((await other.call(`GET /extensions/messages/${theirs}/deliveries`)).body.total_count, 1)
})

test('history and captured messages can go before their delivery', async () => {
  const old = await sentDaysAgo(31)
  const young = await sentDaysAgo(29)
  const historyOf = async (id: string) => (await call(`GET /extensions/deliveries/${id}`)).body.history.length
  assert.equal(await removeOld(pool, 'captured_messages', 30, FAST), 1)
  assert.equal(await removeOld(pool, 'delivery_history', 30, FAST), 1)
  assert.deepEqual([await historyOf(old.delivery), await historyOf(young.delivery)], [0, 1])
  const { body } = await call('GET /extensions/sandbox/messages')
  assert.deepEqual(
    body.data.map(({ delivery_id }: { delivery_id: string }) => delivery_id),
    [young.delivery],
  )
})

test('more old deliveries than a batch has are removed in one run, whatever stays between them', async () => {
  const { message, delivery } = await sentDaysAgo(31)
  await sql`
    insert into deliveries (workspace_id, channel, message_id, ruleset_id, conversation_id, contact_id, recipient_type, address,
      status, created_at, updated_at)
    select workspace_id, channel, message_id, ruleset_id, conversation_id, contact_id, recipient_type, address,
      case g % 100 when 0 then 'queued' else 'sent' end, created_at, updated_at
    from deliveries, generate_series(1, 2500) g where workspace_id = ${workspace_id} and id = ${delivery}`
  assert.equal(await removeOld(pool, 'deliveries', 30, FAST), 2_476)
  assert.equal((await call(`GET /extensions/messages/${message}/deliveries`)).body.total_count, 25)
})

test('a run that has taken long leaves the rest to the next one', async () => {
  const { delivery } = await sentDaysAgo(31)
  await sql`
    insert into deliveries (workspace_id, channel, message_id, ruleset_id, conversation_id, contact_id, recipient_type, address,
      status, created_at, updated_at)
    select workspace_id, channel, message_id, ruleset_id, conversation_id, contact_id, recipient_type, address, status,
      created_at, updated_at
    from deliveries, generate_series(1, 1500) where workspace_id = ${workspace_id} and id = ${delivery}`
  assert.equal(await removeOld(pool, 'deliveries', 30, { ...FAST, run_ms: 0 }), 1_000)
  assert.equal(await removeOld(pool, 'deliveries', 30, FAST), 501)
})

async function aBroadcast(state: string): Promise<string> {
  const { body } = await call('POST /extensions/broadcasts', {
    message_type: 'whatsapp',
    template: 'order_update',
    components: [{ type: 'BODY', parameters: [{ type: 'text', text: 'there' }] }],
    audience: { contact_ids: [anna] },
  })
  await sql`
    update broadcasts set state = ${state}, due_at = null where workspace_id = ${workspace_id} and id = ${body.id}`
  return body.id
}

test('a broadcast still says how many it reached; the list of its deliveries counts those that are left', async () => {
  const id = await aBroadcast('running')
  const [gone, left] = [await sentDaysAgo(31), await sentDaysAgo(29)]
  await sql`
    update deliveries set broadcast_id = ${id}, ruleset_id = ${id}, channel = 'whatsapp'
    where workspace_id = ${workspace_id} and id in ${sql([gone.delivery, left.delivery])}`
  for (let n = 0; n < 2; n++)
    await sql`insert into broadcast_tallies (workspace_id, broadcast_id, sent) values (${workspace_id}, ${id}, 1)`
  const look = async () => {
    const { body: ruleset } = await call(`GET /messages/status?ruleset_id=${id}`, undefined, { version: '2.16' })
    const { body: broadcast } = await call(`GET /extensions/broadcasts/${id}`)
    return [ruleset.total_count, ruleset.events.length, broadcast.counts.statuses.sent]
  }
  assert.deepEqual(await look(), [2, 2, 2])
  assert.equal(await removeOld(pool, 'deliveries', 30, FAST), 1)
  assert.deepEqual(await look(), [1, 1, 2])
  for (let n = 0; n < 31; n++)
    await sql`insert into broadcast_tallies (workspace_id, broadcast_id, queued) values (${workspace_id}, ${id}, 0)`
  await sumUp(pool)
  assert.deepEqual(await look(), [1, 1, 2])
})

const VERSIONS = ['Preview', '2.16', '2.14', '2.11', '2.8']

test('a conversation stays readable after its deliveries have gone, in every version, and can be answered', async () => {
  const { message } = await sentDaysAgo(31)
  const { status, body: replied } = await call('POST /extensions/sandbox/replies', {
    contact: { id: anna },
    to_message: message,
    body: 'Thanks',
  })
  assert.equal(status, 200, JSON.stringify(replied))
  const [{ id }] = (await call('GET /conversations')).body.conversations
  assert.ok((await removeOld(pool, 'deliveries', 30, FAST)) >= 1)
  for (const version of VERSIONS) {
    const { status, body } = await call(`GET /conversations/${id}`, undefined, { version })
    assert.equal(status, 200, JSON.stringify(body))
    assert.equal(body.source.body, '<p>Hello there</p>')
    assert.equal((await call('GET /conversations', undefined, { version })).status, 200)
  }
  const search = { query: { field: 'created_at', operator: '>', value: 0 } }
  assert.equal((await call('POST /conversations/search', search)).body.total_count, 1)
  const answer = { message_type: 'comment', type: 'admin', admin_id: workspace.admin_id, body: 'You are welcome' }
  assert.equal((await call(`POST /conversations/${id}/reply`, answer)).status, 200)
  assert.equal((await lease(pool, [], 10, 30)).length, 1)
})

test('what a contact answers to a message whose delivery has gone starts a new conversation', async () => {
  await sentDaysAgo(31)
  await removeOld(pool, 'deliveries', 30, FAST)
  const { status, body } = await call('POST /conversations', { from: { type: 'user', id: anna }, body: 'I am late' })
  assert.equal(status, 200, JSON.stringify(body))
  assert.equal((await call('GET /conversations')).body.total_count, 1)
})
