// Broadcasts in the queue: single messages go first, broadcasts share the rest, and a pause or cancel stops them.

import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import { accountsOf } from '#channels/accounts.ts'
import type { Account, Outcome, Outgoing } from '#channels/channel.ts'
import { step } from '#resources/broadcasts/expansion/step.ts'
import { contactRecords } from '#resources/contacts/fragments.ts'
import { testApp } from '../../test/app.ts'
import { aContact, aMessage, eventually } from '../../test/factories.ts'
import { startWorker, type Worker } from './worker.ts'

const t = await testApp()
const { call, workspace } = t
const { sql } = t.database
const silent = { error() {}, warn() {}, info() {} }
const QUICK = { first_wait_ms: 20, longest_wait_ms: 100, give_up_after_ms: 60_000 }

let worker: Worker | undefined
afterEach(async () => {
  await worker?.stop()
  worker = undefined
  await call('POST /extensions/sandbox/reset')
})

/** Starts a worker with a slow WhatsApp account. Returns what the account has sent, in order. */
async function work({ concurrency = 4, takes_ms = 5, outcome }: Partial<Slow> = {}): Promise<Outgoing[]> {
  const sent: Outgoing[] = []
  const account: Account = {
    concurrency,
    close: async () => {},
    send: async (outgoing) => {
      sent.push(outgoing)
      await new Promise((resolve) => setTimeout(resolve, takes_ms))
      return outcome?.(outgoing) ?? { outcome: 'sent', provider_id: `wamid.${outgoing.id}` }
    },
  }
  const accounts = accountsOf([{ workspace_id: workspace.id, channel: 'whatsapp', account }], account)
  worker = await startWorker({ sql, recipients: contactRecords, accounts, log: silent, retry: QUICK })
  return sent
}
type Slow = { concurrency: number; takes_ms: number; outcome(outgoing: Outgoing): Outcome }

async function broadcast(contacts: number): Promise<string> {
  await sql`
    insert into contacts (workspace_id, id, role, formatted_phone, created_at, updated_at)
    select ${workspace.id}, lpad(to_hex(n), 24, '0'), 'user', '+1313' || (1000000 + n), now(), now()
    from generate_series(1, ${contacts}::int) n on conflict do nothing`
  const audience = { query: { field: 'formatted_phone', operator: '^', value: '+1313' } }
  const { body } = await call('POST /extensions/broadcasts', { message_type: 'whatsapp', template: 'x', audience })
  while (await step(sql));
  return body.id
}

const single = async () =>
  aMessage(workspace, { message_type: 'whatsapp', to: await aContact(workspace, { formatted_phone: '+12025550199' }) })
const statusesOf = async (id: string) => (await call(`GET /extensions/broadcasts/${id}`)).body.counts.statuses
const act = async (id: string, name: string) => (await call(`POST /extensions/broadcasts/${id}/${name}`)).status
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
const moreThan = (sent: Outgoing[], count: number) =>
  eventually(
    async () => sent.length,
    (length) => length > count,
  )

test('a single message does not wait for the thousands of a broadcast', async () => {
  const id = await broadcast(3_000)
  const sent = await work()
  await moreThan(sent, 50)
  const began = Date.now()
  const message_id = await single()
  await eventually(
    async () => sent.some((outgoing) => outgoing.message_id === message_id),
    (isSent) => isSent,
  )
  assert.ok(Date.now() - began < 1_000, `after ${Date.now() - began} ms`)
  assert.ok((await statusesOf(id)).queued > 1_000)
})

test('when the deliveries of a broadcast hang, one slot is free for a single message', async () => {
  await broadcast(50)
  const sent = await work({ takes_ms: 3_000 })
  await moreThan(sent, 2)
  const message_id = await single()
  await eventually(
    async () => sent.some((outgoing) => outgoing.message_id === message_id),
    (isSent) => isSent,
    1_500,
  )
})

test('several broadcasts of a workspace are sent side by side', async () => {
  const ids = [await broadcast(1_000), await broadcast(1_000)]
  const sent = await work({ concurrency: 8 })
  await moreThan(sent, 400)
  const shares = ids.map((id) => sent.filter(({ broadcast_id }) => broadcast_id === id).length)
  assert.ok(
    shares.every((share) => share > 100),
    shares.join(),
  )
})

test('a paused broadcast stops at once, its waiting deliveries are as before the lease, and it resumes without repeats', async () => {
  const id = await broadcast(600)
  const sent = await work()
  await moreThan(sent, 40)
  assert.equal(await act(id, 'pause'), 200)
  await pause(700)
  const until = sent.length
  await pause(400)
  assert.equal(sent.length, until)
  assert.ok(until < 600)
  const [leased] = await sql`
    select count(*)::int as count from deliveries
    where workspace_id = ${workspace.id} and status = 'queued' and (attempts > 0 or due_at > now())`
  assert.equal(leased!['count'], 0)
  await act(id, 'resume')
  await eventually(
    () => statusesOf(id),
    ({ sent }) => sent === 600,
  )
  assert.equal(new Set(sent.map((outgoing) => outgoing.id)).size, sent.length)
})

test('a canceled broadcast sends no more than what was already leased, and every recipient has a true status', async () => {
  const id = await broadcast(600)
  const sent = await work()
  await moreThan(sent, 40)
  await act(id, 'cancel')
  const until = sent.length
  const looks = setInterval(() => void step(sql), 50)
  try {
    await eventually(
      () => statusesOf(id),
      ({ queued, failed, sent }) => queued === 0 && failed + sent === 600,
    )
    await pause(2_500)
  } finally {
    clearInterval(looks)
  }
  const statuses = await statusesOf(id)
  assert.deepEqual([statuses.failed, statuses.sent], [600 - sent.length, sent.length])
  assert.ok(sent.length < until + 4 * 16 + 50, `${sent.length - until} more`)

  const [ended] = await sql<{ id: string }[]>`
    select id from deliveries where workspace_id = ${workspace.id} and error_code = 'canceled' limit 1`
  assert.equal((await call(`POST /extensions/deliveries/${ended!.id}/retry`)).status, 200)
  await eventually(
    async () => (await statusesOf(id)).sent,
    (count) => count === statuses.sent + 1,
  )
})

test('a delivery that waited longer than a day for its turn is still retried', async () => {
  const id = await broadcast(1)
  await sql`update deliveries set created_at = now() - interval '3 days' where workspace_id = ${workspace.id}`
  const sent = await work({
    outcome: ({ attempt, id }) =>
      attempt === 1
        ? { outcome: 'retry', code: 'busy', reason: 'Busy' }
        : { outcome: 'sent', provider_id: `wamid.${id}` },
  })
  await eventually(
    () => statusesOf(id),
    ({ sent }) => sent === 1,
  )
  assert.equal(sent.length, 2)
})

test('with a clock that is ahead, a delivery that waited for its turn is still retried', async () => {
  assert.equal((await call('POST /extensions/sandbox/clock', { advance_seconds: 3 * 86_400 })).status, 200)
  const id = await broadcast(1)
  const sent = await work({
    outcome: ({ attempt, id }) =>
      attempt < 3
        ? { outcome: 'retry', code: 'busy', reason: 'Busy' }
        : { outcome: 'sent', provider_id: `wamid.${id}` },
  })
  await eventually(
    () => statusesOf(id),
    ({ sent }) => sent === 1,
  )
  assert.equal(sent.length, 3)
})

test('after a reset a broadcast sends nothing more, and no row of it is left', async () => {
  const id = await broadcast(600)
  const sent = await work({ takes_ms: 20 })
  await moreThan(sent, 20)
  assert.equal((await call('POST /extensions/sandbox/reset')).status, 200)
  await pause(500)
  const until = sent.length
  await pause(300)
  assert.equal(sent.length, until)
  assert.ok(until < 300, `${until} were sent`)
  assert.equal((await call(`GET /extensions/broadcasts/${id}`)).status, 404)
  for (const table of ['broadcasts', 'broadcast_tallies', 'deliveries', 'delivery_history'])
    assert.equal((await sql`select from ${sql(table)} where workspace_id = ${workspace.id}`).count, 0, table)
})
