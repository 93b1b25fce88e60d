// The events of a broadcast, read while it is still being made and sent: what a reader can rely on.

import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { applyStatusUpdate } from '#delivery/status-update.ts'
import { sumUp } from '#delivery/tally.ts'
import { step } from '#resources/broadcasts/expansion/step.ts'
import { contactRecords } from '#resources/contacts/fragments.ts'
import { testApp } from '../../../test/app.ts'
import { captureAll } from '../../../test/capture.ts'
import { eventually } from '../../../test/factories.ts'

const t = await testApp()
const { call, workspace } = t
const { sql } = t.database

type Event = { id: string; status: string; user_id: string }
type Page = {
  events: Event[]
  total_count: number
  pages: { total_pages: number; next: { starting_after: string } | null }
}

beforeEach(async () => {
  await call('POST /extensions/sandbox/reset')
})

async function broadcast(contacts: number): Promise<string> {
  await sql`
    insert into contacts (workspace_id, id, role, formatted_phone, created_at, updated_at)
    select ${workspace.id}, lpad(to_hex(n), 24, '0'), 'user', '+1313' || (1000000 + n), now(), now()
    from generate_series(1, ${contacts}::int) n`
  const audience = { query: { field: 'role', operator: '=', value: 'user' } }
  const { body } = await call('POST /extensions/broadcasts', { message_type: 'whatsapp', template: 'x', audience })
  return body.id
}

const carryOut = async () => {
  while (await step(sql));
}

async function page(ruleset_id: string, per_page: number, after?: string): Promise<Page> {
  const cursor = after ? `&starting_after=${encodeURIComponent(after)}` : ''
  const { status, body } = await call(`GET /messages/status?ruleset_id=${ruleset_id}&per_page=${per_page}${cursor}`)
  assert.equal(status, 200)
  return body
}

async function readAll(ruleset_id: string, per_page = 100, between?: (page: Page) => Promise<void>): Promise<Event[]> {
  const events: Event[] = []
  let after: string | undefined
  do {
    const read: Page = await page(ruleset_id, per_page, after)
    assert.equal(read.pages.total_pages, Math.ceil(read.total_count / per_page))
    events.push(...read.events)
    after = read.pages.next?.starting_after
    await between?.(read)
  } while (after)
  return events
}

/** Says that these were sent, by the order in which they were made. */
const say = async (ruleset_id: string, status: 'sent' | 'read', from: number, count: number) => {
  const rows = await sql<{ id: string }[]>`
    select id from deliveries where workspace_id = ${workspace.id} and ruleset_id = ${ruleset_id}
    order by id offset ${from} limit ${count}`
  for (const { id } of rows)
    await applyStatusUpdate(
      sql,
      contactRecords,
      { workspace_id: workspace.id, channel: 'whatsapp', delivery_id: id },
      { status },
    )
  return rows.map(({ id }) => id)
}

test('while it is made and sent, no event is read twice, none is missed that was there, and totals only grow', async (context) => {
  const id = await broadcast(2_500)
  const stop = await captureAll(sql, context)
  const summing = setInterval(() => void sumUp(sql), 20)
  const making = carryOut()
  try {
    await eventually(
      () => page(id, 1),
      ({ total_count }) => total_count > 0,
    )
    for (let reading = 0; reading < 5; reading++) {
      const there = await sql<{ id: string }[]>`
        select id from deliveries
        where workspace_id = ${workspace.id} and ruleset_id = ${id} and status <> 'queued'`
      let total = 0
      const events = await readAll(id, 50, async ({ total_count }) => {
        assert.ok(total_count >= total)
        total = total_count
      })
      const ids = new Set(events.map((event) => event.id))
      assert.equal(ids.size, events.length)
      assert.ok(there.every((delivery) => ids.has(delivery.id)))
      assert.ok(events.length <= total)
    }
    await making
    await eventually(
      () => page(id, 1),
      ({ total_count }) => total_count === 2_500,
      20_000,
    )
  } finally {
    clearInterval(summing)
    await stop()
  }
  const events = await readAll(id)
  assert.equal(new Set(events.map(({ user_id }) => user_id)).size, 2_500)
  assert.ok(events.every(({ status }) => status === 'delivered'))
})

test('the total of a page is that of its moment, whatever happens between two pages', async () => {
  const id = await broadcast(30)
  await carryOut()
  assert.equal((await page(id, 10)).total_count, 0)
  await say(id, 'sent', 0, 20)
  const first = await page(id, 10)
  assert.deepEqual([first.total_count, first.pages.total_pages, first.events.length], [20, 2, 10])
  await say(id, 'read', 0, 5)
  await say(id, 'sent', 20, 10)
  const second = await page(id, 10, first.pages.next!.starting_after)
  assert.deepEqual([second.total_count, second.pages.total_pages, second.events.length], [30, 3, 10])
  assert.equal(second.pages.next, null)
  assert.equal(second.events.filter(({ status }) => status === 'read').length, 5)
})

test('what is sent behind a reader, who has passed its place, is read the next time; what is sent before, this time', async () => {
  const id = await broadcast(30)
  await carryOut()
  const early = await say(id, 'sent', 10, 10)
  let behind: string[] = []
  let ahead: string[] = []
  const first = await readAll(id, 4, async () => {
    if (behind.length) return
    behind = await say(id, 'sent', 20, 5)
    ahead = await say(id, 'sent', 0, 5)
  })
  assert.deepEqual(first.map((event) => event.id).sort(), [...early, ...ahead].sort())
  const second = await readAll(id, 4)
  assert.deepEqual(second.map((event) => event.id).sort(), [...early, ...ahead, ...behind].sort())
})

test('an event whose delivery is sent once more is away until that is sent', async () => {
  const id = await broadcast(3)
  await carryOut()
  await say(id, 'sent', 0, 3)
  const [{ id: delivery_id }] = (await page(id, 1)).events as [Event]
  await applyStatusUpdate(
    sql,
    contactRecords,
    { workspace_id: workspace.id, channel: 'whatsapp', delivery_id },
    { status: 'failed', code: '1' },
  )
  assert.equal((await page(id, 10)).total_count, 3)
  await call(`POST /extensions/deliveries/${delivery_id}/retry`)
  const without = await page(id, 10)
  assert.deepEqual([without.total_count, without.events.length], [2, 2])
  await applyStatusUpdate(
    sql,
    contactRecords,
    { workspace_id: workspace.id, channel: 'whatsapp', delivery_id },
    { status: 'delivered' },
  )
  assert.equal((await page(id, 10)).total_count, 3)
})

test('a ruleset_id may be written as a number, and one that can be none is nobody’s', async () => {
  const id = await broadcast(1)
  await carryOut()
  await say(id, 'sent', 0, 1)
  assert.equal((await page(`0${Number(id)}`, 1)).total_count, 1)
  for (const none of ['x', '-1', '1.5', '9'.repeat(30)]) assert.equal((await page(none, 1)).total_count, 0)
})
