// Streams to messengers, over real connections: sad paths first.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { after, test } from 'node:test'
import { buildApp } from '#app.ts'
import { connect } from '#db/connect.ts'
import { freePort } from '#lib/free-port.ts'
import { SECRET, testApp } from '../../../test/app.ts'
import { captureAll } from '../../../test/capture.ts'
import { aContact, aMessage, eventually } from '../../../test/factories.ts'
import { eventSource, type StreamReader, signIn, slowReader } from '../../../test/messenger.ts'

const readers: StreamReader[] = []
after(() => {
  for (const reader of readers) reader.close()
})

const logged: string[] = []
const t = await testApp({
  streams: { poll_every_ms: 100, heartbeat_every_ms: 100, stuck_for_ms: 300, per_contact: 3, per_process: 150 },
  logger: { level: 'info', stream: { write: (line: string) => void logged.push(line) } },
})
const { sql } = t.database
await captureAll(sql, { after: (stop) => t.app.addHook('onClose', stop) })
// HTTP clients keep idle connections open.
t.app.addHook('preClose', async () => t.app.server.closeAllConnections())
const url = await t.app.listen({ port: 0, host: '127.0.0.1' })
const { admin_id } = t.created

const watch = (session: string, last_event_id?: string): StreamReader => {
  const reader = eventSource(url, session, last_event_id)
  readers.push(reader)
  return reader
}

let people = 0
async function somebody(more: object = {}) {
  const user_id = `user-${people++}`
  const id = await aContact(t.workspace, { external_id: user_id })
  const { token } = await signIn(url, { app_id: t.created.id, user_id, ...more })
  return { id, token }
}

const say = (to: string | string[], body: string) => aMessage(t.workspace, { to, body, message_type: 'inapp' })
const statuses = async (message_id: string): Promise<string[]> =>
  (await t.call(`GET /extensions/messages/${message_id}/deliveries`)).body.data.map(
    (one: { status: string }) => one.status,
  )
const becomes = (message_id: string, status: string) =>
  eventually(
    () => statuses(message_id),
    (all) => all.every((one) => one === status),
  )
const isOver = (reader: StreamReader, within_ms?: number) =>
  eventually(
    async () => reader.is_over,
    (over) => over,
    within_ms,
  )
const stream = (session: string, query = '') =>
  fetch(`${url}/extensions/messenger/stream${query}`, { headers: { authorization: `Bearer ${session}` } })

test('without a valid session there is no stream, and no session is logged', async () => {
  const { token } = await somebody()
  for (const session of ['', 'x', t.created.token, `${token}x`]) {
    const answer = await fetch(`${url}/extensions/messenger/stream?session=${session}`)
    assert.equal(answer.status, 401)
    assert.match(String(answer.headers.get('content-type')), /json/)
    await answer.text()
  }
  assert.equal((await stream(token, '?last_event_id=x')).status, 400)
  const reader = watch('nonsense')
  await isOver(reader)
  assert.equal(reader.opened, 0)
})

test('a contact cannot open more streams than the limit', async () => {
  const { token } = await somebody()
  const open = await Promise.all([stream(token), stream(token), stream(token)])
  const refused = await stream(token)
  assert.equal(refused.status, 429)
  assert.equal(refused.headers.get('retry-after'), '10')
  await open[0]!.body!.cancel()
  await eventually(
    async () => stream(token),
    ({ status }) => status === 200,
  )
  for (const { body } of open.slice(1)) await body!.cancel()
})

test('a message reaches a messenger at once, and is delivered when it does', async () => {
  const { id, token } = await somebody()
  const reader = watch(token)
  await eventually(
    async () => reader.opened,
    (opened) => opened === 1,
  )
  const message_id = await say(id, '<p>Look</p>')
  const [event] = await reader.until(1, 1_000)
  assert.match(event!.id, /^\d+$/)
  const [{ conversation_id } = {}] = await sql`select conversation_id from deliveries where message_id = ${message_id}`
  const { created_at, ...part } = event!.data.part as Record<string, unknown>
  assert.ok(Number.isInteger(created_at))
  assert.deepEqual(
    { ...event!.data, part },
    {
      type: 'message',
      conversation_id,
      part: {
        type: 'conversation_part',
        id: `message-${message_id}`,
        part_type: 'message',
        body: '<p>Look</p>',
        author: { type: 'admin', id: admin_id, name: 'Ada Admin', avatar: null },
        attachments: [],
      },
    },
  )
  await becomes(message_id, 'delivered')
  const { headers } = await stream(token)
  assert.equal(headers.get('content-type'), 'text/event-stream; charset=utf-8')
  assert.equal(headers.get('access-control-allow-origin'), '*')
})

test('replies arrive too, notes do not, and all in order', async () => {
  const { id, token } = await somebody()
  const { body } = await t.call('POST /conversations', { from: { type: 'user', id }, body: 'Help' })
  const reader = watch(token)
  const reply = (message_type: string, more: object) =>
    t.call(`POST /conversations/${body.conversation_id}/reply`, { type: 'admin', admin_id, message_type, ...more })
  await reply('comment', { body: 'First' })
  await reader.until(1)
  await reply('note', { body: 'Secret' })
  await reply('quick_reply', { reply_options: [{ text: 'Yes', uuid: 'y' }] })
  await reader.until(2)
  await reply('comment', { body: 'Last' })
  const events = await reader.until(3)
  assert.deepEqual(reader.bodies(), ['<p>First</p>', null, '<p>Last</p>'])
  assert.deepEqual(Object.entries(events[1]!.data.part).find(([name]) => name === 'quick_reply_options')?.[1], [
    { text: 'Yes', uuid: 'y' },
  ])
  assert.ok(events.every(({ id }, n) => n === 0 || Number(id) > Number(events[n - 1]!.id)))
})

test('messages from before the stream come first; messages that no messenger received stay sent', async () => {
  const { id, token } = await somebody()
  const ids = await Promise.all([say(id, 'a'), say(id, 'b'), say(id, 'c')])
  for (const message_id of ids) await becomes(message_id, 'sent')
  const reader = watch(token)
  await reader.until(3)
  assert.deepEqual(reader.bodies().sort(), ['a', 'b', 'c'])
  for (const message_id of ids) await becomes(message_id, 'delivered')
  const later = watch(token)
  await say(id, 'd')
  await later.until(1)
  assert.deepEqual(later.bodies(), ['d'], 'what a messenger took before stands in the list of conversations')
})

test('a stream resumes after the last event: no loss and no duplicates, with any number of messages', async () => {
  const { id, token } = await somebody()
  const reader = watch(token)
  for (let n = 0; n < 3; n++) {
    await say(id, `${n}`)
    await reader.until(n + 1)
  }
  reader.close()
  for (let n = 3; n < 120; n++) await say(id, `${n}`)
  await eventually(
    () => sql`select from deliveries where contact_id = ${id} and status = 'queued'`,
    ({ count }) => count === 0,
  )
  const back = watch(token, reader.events[1]!.id)
  await back.until(118)
  assert.deepEqual(back.bodies()[0], '2')
  assert.deepEqual([...new Set(back.bodies())].length, 118)
  await new Promise((resolve) => setTimeout(resolve, 150))
  assert.equal(back.events.length, 118)
})

test('between the list of conversations and the stream nothing is lost', async () => {
  const { id, token } = await somebody()
  await becomes(await say(id, 'listed'), 'sent')
  const { body } = await t.call('GET /extensions/messenger/conversations', undefined, { token })
  const other = watch(token)
  await say(id, 'between')
  await other.until(1)
  const reader = watch(token, body.last_event_id)
  await reader.until(1)
  assert.deepEqual(reader.bodies(), ['between'])
})

test('every tab of a contact gets a message, and no other contact does', async () => {
  const [one, other] = [await somebody(), await somebody()]
  const tabs = [watch(one.token), watch(one.token), watch(one.token)]
  const elsewhere = watch(other.token)
  await eventually(
    async () => [...tabs, elsewhere].every(({ opened }) => opened === 1),
    (all) => all,
  )
  const message_id = await say(one.id, 'for one')
  for (const tab of tabs) await tab.until(1)
  await say(other.id, 'for the other')
  await elsewhere.until(1)
  assert.deepEqual(
    [...tabs.map((tab) => tab.bodies()), elsewhere.bodies()],
    [...Array(3).fill(['for one']), ['for the other']],
  )
  await becomes(message_id, 'delivered')
  const { count } = await sql`
    select from delivery_history where delivery_id in (select id from deliveries where message_id = ${message_id})`
  assert.equal(count, 2, 'it was delivered once')
})

test('each of a hundred contacts gets their own message', async () => {
  const all = await Promise.all(Array.from({ length: 100 }, () => somebody()))
  const tabs = all.map(({ token }) => watch(token))
  await eventually(
    async () => tabs.every(({ opened }) => opened === 1),
    (open) => open,
  )
  await Promise.all(all.map(({ id }, n) => say(id, `for ${n}`)))
  for (const tab of tabs) await tab.until(1)
  assert.deepEqual(
    tabs.map((tab) => tab.bodies()),
    all.map((_, n) => [`for ${n}`]),
  )
  for (const tab of tabs) tab.close()
})

test('a client that stops reading is disconnected, delays no other client, and loses nothing', async () => {
  const { id, token } = await somebody()
  const slow = await slowReader(url, token)
  const quick = watch(token)
  const large = 'x'.repeat(200_000)
  const COUNT = 60
  const ids: string[] = []
  for (let n = 0; n < COUNT; n++) ids.push(await say(id, `${n} ${large}`))
  await quick.until(COUNT)
  await new Promise((resolve) => setTimeout(resolve, 1_000))
  slow.resume()
  let got = ''
  slow.on('data', (data) => {
    got += data
  })
  await once(slow, 'close', { signal: AbortSignal.timeout(5_000) })
  const last = [...got.matchAll(/^id: (\d+)\ndata: .*\n\n/gm)].at(-1)?.[1]
  assert.ok(Number(last) < Number(quick.events.at(-1)!.id), 'it was cut before all had come')
  const back = watch(token, last)
  const left = quick.events.filter(({ id }) => Number(id) > Number(last)).length
  await back.until(left)
  assert.equal(back.events.length, left)
})

test('a stream ends with its session, with its contact, and with the secret that proved it', async () => {
  const short = await somebody({ session_duration: 1_000 })
  const [archived, blocked, deleted, merged] = await Promise.all([somebody(), somebody(), somebody(), somebody()])
  const all = [short, archived, blocked, deleted, merged].map(({ token }) => watch(token))
  await eventually(
    async () => all.every(({ opened }) => opened >= 1),
    (open) => open,
  )
  await t.call(`POST /contacts/${archived.id}/archive`)
  await sql`update contacts set blocked_at = now() where id = ${blocked.id}`
  await t.call(`DELETE /contacts/${deleted.id}`)
  await sql`update contacts set merged_into = ${archived.id} where id = ${merged.id}`
  for (const reader of all) await isOver(reader)

  const proven = await somebody()
  const reader = watch(proven.token)
  await eventually(
    async () => reader.opened,
    (opened) => opened === 1,
  )
  const { body } = await t.call('POST /secure_mode_secrets', { name: 'Web', supports_web: true })
  await isOver(reader)
  await t.call(`DELETE /secure_mode_secrets/${body.id}`)
})

test('a visitor receives the reply to their message', async () => {
  const { token } = await signIn(url, { app_id: t.created.id })
  const reader = watch(token)
  const { body } = await t.call('POST /extensions/messenger/conversations', { body: 'Anybody?' }, { token })
  await t.call(`POST /conversations/${body.id}/reply`, {
    type: 'admin',
    admin_id,
    message_type: 'comment',
    body: 'Yes',
  })
  await reader.until(1)
  assert.deepEqual(reader.bodies(), ['<p>Yes</p>'])
})

test('a contact with an open stream is marked as seen', async () => {
  const { id, token } = await somebody()
  watch(token)
  await sql`update contacts set last_seen_at = now() - interval '1 hour' where id = ${id}`
  await eventually(
    () => sql`select from contacts where id = ${id} and last_seen_at > now() - interval '1 minute'`,
    ({ count }) => count === 1,
  )
})

test('while the database is down a stream is disconnected and not refused, so that its client reconnects', async (t2) => {
  const { token } = await somebody()
  const sql = connect({ host: '127.0.0.1', port: await freePort(), user: 'x', database: 'x', max: 1 })
  const app = buildApp({ sql, files: t.files, secret: SECRET })
  t2.after(() => app.close())
  const away = await app.listen({ port: 0, host: '127.0.0.1' })
  const ask = (path: string, accept: string) =>
    fetch(`${away}/extensions/messenger/${path}`, { headers: { accept, authorization: `Bearer ${token}` } })
  assert.equal((await ask('conversations', '*/*')).status, 503)
  assert.equal((await ask('stream', '*/*')).status, 503)
  await assert.rejects(ask('stream', 'text/event-stream'), /fetch failed/)
})

test('no session is in the log', () => {
  assert.ok(logged.length)
  const text = logged.join('')
  assert.ok(!/session=/.test(text))
})
