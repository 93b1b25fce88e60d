// The partitions of the log: events find one, and old events go with theirs.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testApp } from '../../test/app.ts'
import { allReadable } from '../../test/events.ts'
import { keepPartitions, listPartitions } from './partitions.ts'
import { readEvents } from './read.ts'

const t = await testApp()
const { sql } = t.database

/** Makes the log as if it had begun `days` ago: one partition for each day, with an event in each. */
async function beganDaysAgo(days: number): Promise<void> {
  for (const { name } of await listPartitions(sql)) await sql`drop table ${sql(name)}`
  for (let day = days; day > 0; day--) {
    const [from, to] = [new Date(Date.now() - day * 86_400_000), new Date(Date.now() - (day - 1) * 86_400_000)]
    await sql.unsafe(
      `create table events_${day} partition of events for values from ('${from.toISOString()}') to ('${to.toISOString()}')`,
    )
    await sql`
      insert into events (workspace_id, topic, object_type, object_id, created_at, stored_at)
      values (${t.workspace.id}, 'note.created', 'note', ${`${day}`}, now(), ${from})`
  }
}

const storedIds = async () =>
  (await sql`select object_id from events order by stored_at`).map((row) => row['object_id'])

async function anEvent(): Promise<string> {
  const { body } = await t.call('POST /contacts', { external_id: `u${Math.random()}` })
  return body.id
}

test('events older than the days that they are kept go with their partition, and no others', async () => {
  await beganDaysAgo(9)
  await keepPartitions(sql, 6)
  assert.deepEqual(await storedIds(), ['6', '5', '4', '3', '2', '1'])
  await keepPartitions(sql, 2)
  assert.deepEqual(await storedIds(), ['2', '1'])
})

test('after a pause of weeks events are stored again', async () => {
  await beganDaysAgo(9)
  await sql`drop table events_1, events_2, events_3`
  await assert.rejects(sql`insert into events (workspace_id, topic, object_type, object_id, created_at)
    values (${t.workspace.id}, 'note.created', 'note', 'x', now())`)
  await keepPartitions(sql, 30)
  const id = await anEvent()
  assert.equal((await sql`select from events where object_id = ${id}`).count, 1)
})

test('partitions are made ahead, few of them, without a gap, and each only once', async () => {
  await beganDaysAgo(1)
  for (let n = 0; n < 3; n++) await Promise.all([keepPartitions(sql, 30), keepPartitions(sql, 30)])
  const ahead = (await listPartitions(sql)).filter(({ ended_ms_ago }) => ended_ms_ago < 0)
  assert.equal(ahead.length, 2)
  assert.ok(ahead.at(-1)!.ended_ms_ago <= -10 * 86_400_000)
})

test('a reader passes from partition to partition', async () => {
  await beganDaysAgo(4)
  await keepPartitions(sql, 30)
  const id = await anEvent()
  await allReadable(sql)
  const read: string[] = []
  for (let position = '0.0'; ; ) {
    const events = await readEvents(sql, t.workspace.id, position, 2)
    if (!events.length) break
    read.push(...events.map(({ object_id }) => object_id))
    position = events.at(-1)!.position
  }
  assert.deepEqual(read, ['4', '3', '2', '1', id])
})

test('while a transaction reads the log, the drop is left for later', async () => {
  await beganDaysAgo(9)
  const reading = Promise.withResolvers<void>()
  const done = Promise.withResolvers<void>()
  const reader = sql.begin(async (sql) => {
    await sql`select count(*) from events`
    reading.resolve()
    await done.promise
  })
  await reading.promise
  await keepPartitions(sql, 2)
  assert.equal((await storedIds()).length, 9)
  done.resolve()
  await reader
  await keepPartitions(sql, 2)
  assert.equal((await storedIds()).length, 2)
})
