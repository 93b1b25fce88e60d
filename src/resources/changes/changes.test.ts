// The stream of teammates: what has changed, with ids alone; resumed without a gap, and written only while somebody watches.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { removeOldChanges } from '#events/changes.ts'
import { testApp } from '../../../test/app.ts'
import { captureAll } from '../../../test/capture.ts'
import { aContact, aMessage, eventually } from '../../../test/factories.ts'
import { signIn } from '../../../test/sign-in.ts'

const t = await testApp({ streams: { heartbeat_every_ms: 20 } })
const { workspace, call } = t
const { sql } = t.database
const another = await t.another()
t.app.addHook('preClose', async () => t.app.server.closeAllConnections())
const url = await t.app.listen({ port: 0, host: '127.0.0.1' })
const stopCapturing = await captureAll(sql, { after })
after(stopCapturing)

type Change = { topic: string; id: string; conversation_id: string | null; at: number }
type Received = { id: string; event: string; data: Change }

/** Opens a stream. `received` grows while it is read; `first_id` is the id that comes without data. */
async function follow(headers: Record<string, string> = {}, token: string | null = t.created.token, query = '') {
  const controller = new AbortController()
  const answer = await fetch(`${url}/extensions/stream${query}`, {
    headers: { ...(token && { authorization: `Bearer ${token}` }), ...headers },
    signal: controller.signal,
  })
  assert.equal(answer.status, 200)
  const followed = { received: [] as Received[], first_id: '', is_over: false, close: () => controller.abort(), answer }
  after(followed.close)
  void (async () => {
    let text = ''
    for await (const chunk of answer.body!.pipeThrough(new TextDecoderStream())) {
      text += chunk
      const blocks = text.split('\n\n')
      text = blocks.pop()!
      for (const block of blocks) {
        const { id = '', event = '', data } = fieldsOf(block)
        followed.first_id ||= id
        if (data) followed.received.push({ id, event, data: JSON.parse(data) })
      }
    }
  })()
    .catch(() => {})
    .finally(() => {
      followed.is_over = true
    })
  await eventually(async () => followed.first_id, Boolean)
  return followed
}

const fieldsOf = (block: string): Record<string, string> =>
  Object.fromEntries(
    block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
  )

const over = (stream: { is_over: boolean }) => eventually(async () => stream.is_over, Boolean)

const topicsOf = ({ received }: { received: Received[] }) => received.map(({ data }) => data.topic)
const until = (stream: { received: Received[] }, topic: string, times = 1) =>
  eventually(
    async () => topicsOf(stream),
    (topics) => topics.filter((one) => one === topic).length >= times,
  )

async function send(of = workspace): Promise<string> {
  const to = await aContact(of, { email: `u${Math.random()}@example.com` })
  return aMessage(of, { to })
}

const idsOf = async (table: 'deliveries' | 'captured_messages', message_id: string) => {
  const rows = await sql<{ id: string; conversation_id: string }[]>`
    select ${table === 'deliveries' ? sql`deliveries.id` : sql`captured_messages.id`}, conversation_id
    from deliveries join captured_messages using (workspace_id)
    where captured_messages.delivery_id = deliveries.id and message_id = ${message_id}`
  return rows[0]
}

test('without a token, without the scope, and from a place that is none, nothing is streamed', async () => {
  assert.equal((await call('GET /extensions/stream', undefined, { token: null })).status, 401)
  for (const id of [
    'x',
    '1.2',
    '1.0.',
    '-1',
    '1.2.3',
    `${'9'.repeat(20)}.0.1`,
    `1.0.${'9'.repeat(19)}`,
    '1.0.1; drop',
  ]) {
    assert.equal((await call(`GET /extensions/stream?last_event_id=${encodeURIComponent(id)}`)).status, 400, id)
    const answer = await call('GET /extensions/stream', undefined, { headers: { 'last-event-id': id } })
    assert.equal(answer.status, 400, id)
  }
})

test('nothing is written while nobody watches', async () => {
  const message_id = await send()
  await eventually(() => idsOf('deliveries', message_id), Boolean)
  assert.equal((await sql`select from stream_changes`).count, 0)
})

test('events, moved deliveries and captured messages are told with their ids, of this workspace alone', async () => {
  const stream = await follow()
  assert.match(String(stream.answer.headers.get('content-type')), /^text\/event-stream/)
  await send(another.workspace)
  await another.call('POST /tags', { name: 'Theirs' })
  const { body: conversation } = await call('POST /conversations', {
    from: { type: 'user', id: await aContact(workspace, {}) },
    body: 'Hello',
  })
  const message_id = await send()
  await until(stream, 'message.captured')
  await until(stream, 'delivery.moved')
  await until(stream, 'conversation.user.created')
  const [delivery, captured] = [await idsOf('deliveries', message_id), await idsOf('captured_messages', message_id)]
  const of = (topic: string) => stream.received.filter(({ data }) => data.topic === topic).map(({ data }) => data)
  const { at, ...moved } = of('delivery.moved')[0]!
  assert.deepEqual(moved, { topic: 'delivery.moved', id: delivery!.id, conversation_id: delivery!.conversation_id })
  assert.ok(Math.abs(at - Date.now() / 1000) < 60)
  assert.equal(of('message.captured')[0]!.id, captured!.id)
  assert.equal(of('message.captured').length, 1)
  assert.equal(of('conversation.user.created')[0]!.conversation_id, conversation.conversation_id)
  assert.ok(stream.received.every(({ event, id }) => event === 'changed' && /^\d+\.[01]\.\d+$/.test(id)))
  stream.close()
})

test('every way in which a delivery moves is told: a status, a cancel, a retry', async () => {
  const stream = await follow()
  const message_id = await send()
  await until(stream, 'delivery.moved')
  const { id } = (await idsOf('deliveries', message_id))!
  assert.equal((await call('POST /extensions/sandbox/statuses', { delivery_id: id, status: 'read' })).status, 200)
  await until(stream, 'delivery.moved', 2)
  await sql`update deliveries set status = 'failed' where workspace_id = ${workspace.id} and id = ${id}`
  assert.equal((await call(`POST /extensions/deliveries/${id}/retry`)).status, 200)
  await until(stream, 'delivery.moved', 3)
  stream.close()
})

test('a page that reconnects misses nothing and gets nothing twice, also if it had received nothing yet', async () => {
  const first = await follow()
  first.close()
  await over(first)
  const missed = await send()
  await eventually(() => idsOf('captured_messages', missed), Boolean)
  const second = await follow({ 'last-event-id': first.first_id })
  await until(second, 'message.captured')
  const last = second.received.at(-1)!.id
  second.close()
  await over(second)
  const later = await send()
  await eventually(() => idsOf('captured_messages', later), Boolean)
  const third = await follow({ 'last-event-id': last }, t.created.token, '?last_event_id=1')
  await until(third, 'message.captured')
  const captured = third.received.filter(({ data }) => data.topic === 'message.captured')
  assert.deepEqual(
    captured.map(({ data }) => data.id),
    [(await idsOf('captured_messages', later))!.id],
  )
  assert.ok(third.received.every(({ event }) => event === 'changed'))
  third.close()
})

test('after a pause for which changes were not kept, the page is told that it missed some', async () => {
  const first = await follow()
  first.close()
  await over(first)
  // Again, should the last heartbeat of the first one come late.
  await eventually(async () => {
    await sql`delete from stream_watches where workspace_id = ${workspace.id}`
    const second = await follow({ 'last-event-id': first.first_id })
    second.close()
    return second.received.some(({ event }) => event === 'missed')
  }, Boolean)
})

test('changes are removed after some minutes, and those that a page may still ask for are not', async () => {
  const stream = await follow()
  await until(stream, 'delivery.moved', 0)
  const message_id = await send()
  await until(stream, 'message.captured')
  stream.close()
  await removeOldChanges(sql)
  const kept = (await sql`select from stream_changes where workspace_id = ${workspace.id}`).count
  assert.ok(kept > 0, message_id)
  await sql`update stream_changes set created_at = now() - interval '16 minutes'`
  await removeOldChanges(sql)
  assert.equal((await sql`select from stream_changes`).count, 0)
})

test('the stream of a teammate who signs out ends, and so does that of a sign-in that another ended', async () => {
  for (const end of ['current', 'id'] as const) {
    const ada = await signIn(t)
    // The name of the cookie has the port.
    const cookie = ada.cookie.replace(/^\w+/, `interphone${new URL(url).port}`)
    const stream = await follow({ cookie, 'sec-fetch-site': 'same-origin' }, null)
    const { status } =
      end === 'current'
        ? await ada.call('DELETE /extensions/sign-ins/current')
        : await call(`DELETE /extensions/sign-ins/${ada.id}`)
    assert.equal(status, 204)
    await over(stream)
  }
})
