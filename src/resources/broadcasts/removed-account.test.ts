// A broadcast whose channel account is removed while it runs: nothing is sent to the sandbox, and its counts stay
// correct.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { eventually } from '../../../test/factories.ts'
import { accountOf, whatsapp } from '../../../test/whatsapp.ts'
import { step } from './expansion/step.ts'

const { t, peer } = await whatsapp()
const { call, workspace } = t
const { sql } = t.database

const CONTACTS = 2_500
await sql`
  insert into contacts (workspace_id, id, role, formatted_phone, created_at, updated_at)
  select ${workspace.id}, lpad(to_hex(n), 24, '0'), 'user', '+1313' || (1000000 + n), now(), now()
  from generate_series(1, ${CONTACTS}::int) n`

const broadcast = async () =>
  (
    await call('POST /extensions/broadcasts', {
      ...{ message_type: 'whatsapp', template: 'hello', components: [] },
      audience: { query: { field: 'role', operator: '=', value: 'user' } },
    })
  ).body.id
const shown = async (id: string) => (await call(`GET /extensions/broadcasts/${id}`)).body
const carryOut = async () => {
  while (await step(sql));
}

test('queued deliveries fail as account_removed, what Meta accepted is sent, and contacts that were not expanded get nothing', async () => {
  peer.slowness = 20
  const complete = await broadcast()
  const [first, second] = [await broadcast(), await broadcast()]
  await sql`update broadcasts set due_at = null where id = ${complete}`
  assert.equal((await call(`POST /extensions/broadcasts/${second}/pause`)).status, 200)
  await step(sql)
  await eventually(
    async () => peer.received.length,
    (received) => received > 30,
  )
  const { data } = (await call('GET /extensions/channels')).body
  assert.equal((await call(`DELETE /extensions/channels/${data[0].id}`)).status, 200)
  const { state, counts } = await eventually(
    async () => {
      await carryOut()
      return shown(first)
    },
    ({ counts }) => counts.statuses.queued === 0,
  )
  assert.equal(state, 'canceled')
  assert.deepEqual(
    [counts.audience, counts.accepted, counts.statuses.failed + counts.statuses.sent],
    [1_000, 1_000, 1_000],
  )
  assert.ok(counts.statuses.failed > 500, JSON.stringify(counts))
  await sleep(1_500) // Attempts that were running have ended by now.
  await eventually(
    async () => (await shown(first)).counts.statuses.sent,
    (sent) => sent === peer.received.length,
  )
  const codes = await sql`
    select error_code, count(*)::int as count from deliveries
    where workspace_id = ${workspace.id} and status = 'failed' group by 1`
  assert.deepEqual(
    codes.map((row) => ({ ...row })),
    [{ error_code: 'account_removed', count: 1_000 - peer.received.length }],
  )
  assert.deepEqual([(await shown(second)).state, (await shown(second)).counts.audience], ['canceled', 0])
  assert.equal((await shown(complete)).state, 'completed')
  assert.equal((await call('GET /extensions/sandbox/messages')).body.total_count, 0)

  const [ended] = await sql<{ id: string }[]>`
    select id from deliveries where workspace_id = ${workspace.id} and error_code = 'account_removed' limit 1`
  assert.equal((await call('POST /extensions/channels', accountOf(peer))).status, 200)
  const allEnded = async () => {
    await carryOut()
    return (await sql`select from broadcasts where due_at is not null`).count === 0
  }
  await eventually(allEnded, (ended) => ended)
  assert.equal((await call(`POST /extensions/deliveries/${ended!.id}/retry`)).status, 200)
  await eventually(
    async () => (await call(`GET /extensions/deliveries/${ended!.id}`)).body.status,
    (status) => status === 'sent',
  )
})
