// The log of events: written in the transaction of the cause, and read without losing events.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RESOURCES } from '#resources/index.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { atomically, workspaceOf } from '#workspaces/workspace.ts'
import { testApp } from '../../test/app.ts'
import { allReadable } from '../../test/events.ts'
import { eventsOf } from './events.ts'
import { endOfEvents, readEvents } from './read.ts'
import { repairOrder } from './repair-order.ts'

const t = await testApp()
const { sql } = t.database

const thingEvents = eventsOf('thing', { 'thing.created': {}, 'thing.deleted': {} })

const emit = (workspace: Workspace, topic: 'thing.created' | 'thing.deleted', object_id: string, more: object = {}) =>
  thingEvents.emit(workspace, { topic, object_id, snapshot: () => ({ type: 'thing', id: object_id }), ...more })

const topicsAfter = async (position: string, workspace_id = t.workspace.id) =>
  (await readEvents(sql, workspace_id, position, 100)).map(({ object_id }) => object_id)

test('each topic is declared once, by the noun whose name it starts with', () => {
  const declared = RESOURCES.flatMap(({ events }) => (events ? [events] : []))
  const topics = declared.flatMap(({ topics }) => Object.keys(topics))
  assert.equal(new Set(topics).size, topics.length)
  for (const { object_type, topics } of declared)
    for (const topic of Object.keys(topics))
      assert.ok(topic.replaceAll('.', '_').startsWith(object_type.replaceAll('.', '_')), `${topic} of ${object_type}`)
})

test('a transaction that is rolled back leaves no event', async () => {
  const start = await endOfEvents(sql)
  const failing = atomically(t.workspace, async (workspace) => {
    await emit(workspace, 'thing.created', 'a')
    throw new Error('no')
  })
  await assert.rejects(failing)
  assert.deepEqual(await topicsAfter(start), [])
})

test('an event that commits late is not lost: readers wait for it', async () => {
  const start = await endOfEvents(sql)
  let commit = () => {}
  const written = Promise.withResolvers<void>()
  const late = atomically(t.workspace, async (workspace) => {
    await emit(workspace, 'thing.created', 'late')
    written.resolve()
    await new Promise<void>((resolve) => (commit = resolve))
  })
  await written.promise
  await emit(t.workspace, 'thing.created', 'early')
  assert.deepEqual(await topicsAfter(start), [], 'events after an open transaction wait for it')
  commit()
  await late
  await allReadable(sql)
  const [first] = await readEvents(sql, t.workspace.id, start, 1)
  assert.equal(first?.object_id, 'late')
  assert.deepEqual(await topicsAfter(first.position), ['early'])
})

test('with many writers a reader gets every event once, in order for each writer', async () => {
  let position = await endOfEvents(sql)
  const seen: string[] = []
  const writers = Array.from({ length: 8 }, async (_, writer) => {
    for (let n = 0; n < 15; n++) {
      await atomically(t.workspace, async (workspace) => {
        await emit(workspace, 'thing.created', `${writer}.${n}`)
        if (Math.random() < 0.3) await workspace.sql`select pg_sleep(0.005)`
      })
    }
  })
  const done = Promise.all(writers).then(() => true)
  for (let last = false; ; ) {
    if (last) await allReadable(sql)
    const events = await readEvents(sql, t.workspace.id, position, 7)
    seen.push(...events.map(({ object_id }) => object_id))
    position = events.at(-1)?.position ?? position
    if (last && !events.length) break
    last = await Promise.race([done, new Promise<boolean>((resolve) => setTimeout(resolve, 5, false))])
  }
  assert.equal(seen.length, 120)
  assert.equal(new Set(seen).size, 120)
  for (let writer = 0; writer < 8; writer++) {
    const own = seen.filter((id) => id.startsWith(`${writer}.`))
    assert.deepEqual(
      own,
      own.toSorted((a, b) => Number(a.split('.')[1]) - Number(b.split('.')[1])),
    )
  }
})

test('an event has its object and its actor', async () => {
  const start = await endOfEvents(sql)
  await emit(t.workspace, 'thing.created', '1', { details: { size: 3 } })
  await emit(t.workspace, 'thing.created', '2', { actor: { type: 'lead', id: 'abc' } })
  await emit({ ...t.workspace, admin_id: '' }, 'thing.deleted', '3')
  await allReadable(sql)
  const events = await readEvents(sql, t.workspace.id, start, 10)
  assert.deepEqual(
    events.map(({ object_type, object_id, details, actor_type, actor_id }) => [
      object_type,
      object_id,
      details,
      actor_type,
      actor_id,
    ]),
    [
      ['thing', '1', { size: 3 }, 'admin', t.created.admin_id],
      ['thing', '2', {}, 'lead', 'abc'],
      ['thing', '3', {}, 'bot', null],
    ],
  )
})

test('a snapshot of the object is stored only if the workspace listens to the topic', async () => {
  const start = await endOfEvents(sql)
  const listening: Workspace = workspaceOf(sql, {
    workspace_id: t.workspace.id,
    admin_id: t.created.admin_id,
    listened_topics: ['thing.created'],
  })
  await emit(listening, 'thing.created', '1')
  await emit(listening, 'thing.deleted', '1')
  await emit(t.workspace, 'thing.created', '1')
  await allReadable(sql)
  const snapshots = (await readEvents(sql, t.workspace.id, start, 10)).map(({ snapshot }) => snapshot)
  assert.deepEqual(snapshots, [{ type: 'thing', id: '1' }, null, null])
})

test('a request learns from its token which topics the workspace listens to', async () => {
  const other = await t.another()
  await sql`update workspaces set listened_topics = '{contact.user.created}' where id = ${other.created.id}`
  const { body } = await other.call('POST /contacts', { email: 'anna@example.com' })
  await allReadable(sql)
  const [event] = await readEvents(sql, other.created.id, '0.0', 10)
  assert.equal(event?.topic, 'contact.user.created')
  assert.deepEqual([event.snapshot?.['id'], event.snapshot?.['email']], [body.id, 'anna@example.com'])
  assert.deepEqual(event.snapshot, body)
})

test('a workspace cannot read the events of another', async () => {
  const other = await t.another()
  await emit(other.workspace, 'thing.created', 'theirs')
  await allReadable(sql)
  assert.ok(!(await topicsAfter('0.0')).includes('theirs'))
  assert.deepEqual(await topicsAfter('0.0', other.created.id), ['theirs'])
})

test('after a restore into a new database cluster, old events are read before new ones', async () => {
  const other = await t.another()
  for (const id of ['1', '2']) await emit(other.workspace, 'thing.created', id)
  await sql`
    update events set transaction_id = '900000000000'::xid8, created_at = now() + interval '1 day'
    where workspace_id = ${other.created.id}`
  assert.deepEqual(await topicsAfter('0.0', other.created.id), [])
  assert.equal(await repairOrder(sql), true)
  assert.equal(await repairOrder(sql), false)
  await emit(other.workspace, 'thing.created', '3')
  await allReadable(sql)
  assert.deepEqual(await topicsAfter('0.0', other.created.id), ['1', '2', '3'])
})
