// The realtime stream of events, over real connections: sad paths first.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { insertToken, newTokenText } from '#workspaces/tokens.ts'
import { atomically } from '#workspaces/workspace.ts'
import { testApp } from '../../../test/app.ts'
import { breakEvents } from '../../../test/broken-events.ts'
import { allReadable } from '../../../test/events.ts'
import { eventually } from '../../../test/factories.ts'

const t = await testApp({ streams: { heartbeat_every_ms: 50 } })
const { sql } = t.database
t.app.addHook('preClose', async () => t.app.server.closeAllConnections())
const url = await t.app.listen({ port: 0, host: '127.0.0.1' })

// biome-ignore lint/suspicious/noExplicitAny: a test reads whatever shape an event has, and asserts on it
type Sent = { id: string; event: string; data: any }
type Reader = { sent: Sent[]; close(): void; readonly is_over: boolean }

type Options = { query?: string; last?: string | undefined; token?: string; version?: string }

/** Opens a stream; resolves when it is open. All earlier events are readable then, so that none of them is new to it. */
async function read({ query = '', last, token = t.created.token, version = 'Preview' }: Options = {}): Promise<Reader> {
  await allReadable(sql)
  const controller = new AbortController()
  const headers = {
    ...{ authorization: `Bearer ${token}`, 'intercom-version': version },
    ...(last !== undefined && { 'last-event-id': last }),
  }
  const response = await fetch(`${url}/extensions/events${query}`, { headers, signal: controller.signal })
  assert.equal(response.status, 200, await (response.ok ? '' : response.text()))
  assert.match(response.headers.get('content-type') ?? '', /^text\/event-stream/)
  const reader = { sent: [] as Sent[], close: () => controller.abort(), is_over: false }
  after(reader.close)
  void (async () => {
    let text = ''
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
      text += chunk
      const blocks = text.split('\n\n')
      text = blocks.pop()!
      for (const block of blocks) {
        const fields = Object.fromEntries(
          block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
        )
        if (fields['data'])
          reader.sent.push({ id: fields['id']!, event: fields['event']!, data: JSON.parse(fields['data']) })
      }
    }
    reader.is_over = true
  })().catch(() => {
    reader.is_over = true
  })
  return reader
}

const arrived = (reader: Reader, count: number) =>
  eventually(
    async () => reader.sent,
    ({ length }) => length >= count,
  )
const aUser = async (name = 'Ann', call = t.call) =>
  (await call('POST /contacts', { external_id: `u${Math.random()}`, name })).body

test('without a token, with an unknown topic or a wrong id, there is no stream', async () => {
  assert.equal((await t.call('GET /extensions/events', undefined, { token: null })).status, 401)
  const cases: [query: string, headers: Record<string, string>, message: RegExp][] = [
    ['?topics=contact.exploded', {}, /topics names contact.exploded, which is not a topic/],
    ['?topics=', {}, /topics names nothing/],
    ['?last_event_id=7', {}, /last_event_id/],
    ['', { 'last-event-id': 'x' }, /Last-Event-ID is not the id of an event/],
    [`?last_event_id=1.${'9'.repeat(19)}`, {}, /last_event_id/],
    ['', { 'last-event-id': `1.${'9'.repeat(19)}` }, /Last-Event-ID is not the id of an event/],
    ['', { 'last-event-id': '1.2.3' }, /Last-Event-ID is not the id of an event/],
  ]
  for (const [query, headers, message] of cases) {
    const { status, body } = await t.call(`GET /extensions/events${query}`, undefined, { headers })
    assert.equal(status, 400, query)
    assert.match(body.errors[0].message, message)
  }
})

test('events arrive as they commit, in order, with the object in the version of the reader', async () => {
  const [now, old] = [await read(), await read({ version: '2.14' })]
  const user = await aUser()
  await t.call(`PUT /contacts/${user.id}`, { name: 'Bo' })
  const sent = await arrived(now, 2)
  assert.deepEqual(
    sent.map(({ event }) => event),
    ['contact.user.created', 'contact.user.updated'],
  )
  const [{ id, data }] = sent as [Sent]
  assert.deepEqual([data.type, data.topic, data.id], ['notification_event', 'contact.user.created', id])
  assert.equal(data.data.item.id, user.id)
  assert.equal(typeof data.data.item.created_at, 'number')
  assert.match((await arrived(old, 1))[0]!.data.data.item.created_at, /^\d{4}-/)
})

test('only the wanted topics arrive, and none of another workspace', async () => {
  const other = await t.another()
  const [some, theirs] = [
    await read({ query: '?topics=contact.user.updated' }),
    await read({ token: other.created.token }),
  ]
  const user = await aUser()
  await t.call(`PUT /contacts/${user.id}`, { name: 'Bo' })
  await aUser('Theirs', other.call)
  assert.deepEqual(
    (await arrived(some, 1)).map(({ event }) => event),
    ['contact.user.updated'],
  )
  assert.deepEqual(
    (await arrived(theirs, 1)).map(({ data }) => data.data.item.name),
    ['Theirs'],
  )
})

test('events whose item cannot be made arrive once, with a short item, and hold up none after them', async () => {
  const user = await aUser()
  const { body: message } = await t.call('POST /conversations', { from: { type: 'user', id: user.id }, body: 'Hi' })
  const reader = await read({
    query: '?topics=conversation.admin.noted,contact.user.created',
  })
  const short = await breakEvents(t.workspace, message.conversation_id)
  const { id: last } = await aUser()
  const items = (await arrived(reader, short.length + 1)).map(({ data }) => data.data.item)
  assert.deepEqual(items.slice(0, -1), short)
  assert.equal(items.at(-1).id, last)
})

test('without a subscription, an event has the shape of its topic too', async () => {
  const reader = await read()
  const [{ id }, { id: other }] = [await aUser(), (await t.call('POST /contacts', { role: 'lead' })).body]
  const company = (await t.call('POST /companies', { company_id: 'acme', name: 'Acme' })).body.id
  const type = (
    await t.call('POST /extensions/subscription_types', {
      ...{ consent_type: 'opt_in', content_types: ['email'], state: 'live' },
      translations: [{ name: 'News', description: 'x', locale: 'en' }],
    })
  ).body
  await t.call(`POST /contacts/${id}/companies`, { id: company })
  await t.call(`DELETE /contacts/${id}/companies/${company}`)
  await t.call(`POST /contacts/${id}/subscriptions`, { id: type.id, consent_type: 'opt_in' })
  await t.call('POST /contacts/merge', { from: other, into: id, skip_duplicate_validation: true })
  await t.call(`PUT /admins/${t.created.admin_id}/away`, { away_mode_enabled: true, away_mode_reassign: false })
  await t.call(`POST /contacts/${id}/archive`)
  const cases: [topic: string, keys: string[]][] = [
    ['company.contact.attached', ['company', 'contact']],
    ['company.contact.detached', ['company', 'contact']],
    ['granular.subscribe', ['contact', 'created_at', 'subscription_types', 'type']],
    ['contact.merged', ['id', 'merged_from', 'type']],
    ['admin.away_mode_updated', ['avatar', 'away_status_reason', 'id', 'type']],
    ['contact.archived', ['archived', 'external_id', 'id', 'type']],
  ]
  for (const [topic, keys] of cases) {
    const [{ data }] = (await eventually(
      async () => reader.sent.filter(({ event }) => event === topic),
      ({ length }) => length > 0,
    )) as [Sent]
    for (const key of keys) assert.ok(key in data.data.item, `${topic}: ${key} in ${JSON.stringify(data.data.item)}`)
  }
})

test('a transaction that commits late is not missed', async () => {
  const reader = await read()
  const [inserted, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const late = atomically(t.workspace, async (workspace) => {
    const row = {
      workspace_id: workspace.id,
      topic: 'note.created',
      object_type: 'note',
      object_id: 'late',
      details: {},
      created_at: new Date(),
    }
    await workspace.sql`insert into events ${workspace.sql(row as never)}`
    inserted.resolve()
    await released.promise
  })
  await inserted.promise
  await aUser('Early')
  await new Promise((resolve) => setTimeout(resolve, 150))
  released.resolve()
  await late
  const sent = await arrived(reader, 2)
  assert.deepEqual(
    sent.map(({ event }) => event),
    ['note.created', 'contact.user.created'],
  )
})

test('over many reconnects each event arrives exactly once, in order', async () => {
  const first = await read({ query: '?topics=contact.user.created' })
  await aUser('0')
  await arrived(first, 1)
  first.close()
  const seen = first.sent.map(({ data }) => data.data.item.name)
  let last = first.sent.at(-1)!.id
  const EVENTS = 60
  const writing = (async () => {
    for (let n = 1; n <= EVENTS; n++) await aUser(String(n))
  })()
  while (seen.length <= EVENTS) {
    const reader = await read({ query: '?topics=contact.user.created', last })
    await new Promise((resolve) => setTimeout(resolve, 20 + Math.random() * 60))
    reader.close()
    seen.push(...reader.sent.map(({ data }) => data.data.item.name))
    last = reader.sent.at(-1)?.id ?? last
  }
  await writing
  assert.deepEqual(
    seen,
    Array.from({ length: EVENTS + 1 }, (_, n) => String(n)),
  )
})

test('a stream ends when its token is revoked', async () => {
  const token = newTokenText()
  const { id, admin_id } = t.created
  await insertToken(sql, id, token, { name: 'Short-lived', admin_id }, new Date())
  const reader = await read({ token })
  await sql`update tokens set revoked_at = now() where workspace_id = ${id} and name = 'Short-lived'`
  await eventually(
    async () => reader.is_over,
    (over) => over,
  )
})

test('a slow reader gets everything, later', async () => {
  const reader = await read({ query: '?topics=contact.user.updated' })
  const user = await aUser()
  await sql`
    insert into events (workspace_id, topic, object_type, object_id, created_at)
    select ${t.workspace.id}, 'contact.user.updated', 'contact', ${user.id}, now() from generate_series(1, 700)`
  const sent = await arrived(reader, 700)
  assert.equal(new Set(sent.map(({ id }) => id)).size, 700)
})
