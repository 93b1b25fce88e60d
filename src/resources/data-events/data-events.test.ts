// Data events: sad paths first.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { IntercomClient, IntercomError } from 'intercom-client'
import { insertToken, newTokenText } from '#workspaces/tokens.ts'
import { topicsOf } from '../../../test/events.ts'
import { aContact } from '../../../test/factories.ts'
import { listeningServer } from '../../../test/sdk/server.ts'
import { deleteOldEvents } from './queries.ts'

const t = await listeningServer({ public_url: 'https://interphone.example.com' })
const { sql } = t.database
const now = Math.floor(Date.now() / 1000)
const NOBODY = '0123456789abcdef01234567'
let number = 0

const aUser = async () => {
  number++
  const about = { email: `user-${number}@example.com`, external_id: `user-${number}` }
  return { id: await aContact(t.workspace, about), ...about }
}
const send = (event: object, options = {}) =>
  t.call('POST /events', { event_name: 'placed-order', created_at: now, ...event }, options)
const list = (query: string) => t.call(`GET /events?type=user&${query}`)
const eventsOf = async (id: string) => (await list(`intercom_user_id=${id}`)).body.events
const summaryOf = async (id: string) => (await list(`intercom_user_id=${id}&summary=true`)).body.events

describe('an event is refused', () => {
  test('without a token, or without the scope', async () => {
    const { id } = await aUser()
    const text = newTokenText()
    const limited = { name: 'Limited', admin_id: t.created.admin_id, scopes: ['read_admins'] }
    await insertToken(sql, t.created.id, text, limited, new Date())
    for (const [token, status] of [
      [null, 401],
      [text, 403],
    ] as const) {
      assert.equal((await send({ id }, { token })).status, status)
      assert.equal((await t.call(`GET /events?type=user&intercom_user_id=${id}`, undefined, { token })).status, status)
      assert.equal((await t.call('POST /events/summaries', { user_id: 'x' }, { token })).status, status)
    }
    assert.deepEqual(await eventsOf(id), [])
  })

  test('for somebody unknown, deleted or of another workspace', async () => {
    const other = await t.another()
    const theirs = await aContact(other.workspace, { email: 'theirs@example.com', external_id: 'theirs' })
    const lead = await aContact(t.workspace, { role: 'lead', email: 'lead@example.com' })
    const archived = await aContact(t.workspace, { external_id: 'archived', archived_at: new Date() })
    for (const who of [
      ...[{ id: NOBODY }, { id: theirs }, { id: archived }, { user_id: 'theirs' }, { user_id: 'archived' }],
      ...[{ email: 'theirs@example.com' }, { email: 'lead@example.com' }, { email: 'nobody@example.com' }],
    ]) {
      const { status, body } = await send(who)
      assert.deepEqual(
        [status, body.errors],
        [404, [{ code: 'not_found', message: 'User Not Found' }]],
        JSON.stringify(who),
      )
    }
    assert.equal((await send({ id: lead })).status, 202)
  })

  const cases: [what: string, event: object, message: string][] = [
    ['without a name', { event_name: undefined }, 'event_name is a required parameter'],
    ['with a blank name', { event_name: ' ' }, 'event_name is a required parameter'],
    ['with a long name', { event_name: 'x'.repeat(256) }, 'event_name must not have more than 255 characters'],
    ['without a time', { created_at: undefined }, 'created_at is a required parameter'],
    ['with a text as time', { created_at: 'yesterday' }, 'created_at must be integer'],
    ['with milliseconds as time', { created_at: Date.now() }, 'created_at must be <= 32503680000'],
    ['with a list as metadata', { metadata: [] }, 'metadata must be object'],
    [
      'with a nested value',
      { metadata: { order: { id: 5 } } },
      'metadata.order must be text of at most 10000 characters, a number, true or false, {url, value} or {amount, currency}',
    ],
    [
      'with a list as value',
      { metadata: { items: [1] } },
      'metadata.items must be text of at most 10000 characters, a number, true or false, {url, value} or {amount, currency}',
    ],
    [
      'with a negative amount',
      { metadata: { price: { amount: -1, currency: 'eur' } } },
      'metadata.price must be text of at most 10000 characters, a number, true or false, {url, value} or {amount, currency}',
    ],
    [
      'with an amount in no currency',
      { metadata: { price: { amount: 1, currency: 'euro' } } },
      'metadata.price must be text of at most 10000 characters, a number, true or false, {url, value} or {amount, currency}',
    ],
    [
      'with a link that has more',
      { metadata: { a: { url: 'x', value: 'y', z: 1 } } },
      'metadata.a must be text of at most 10000 characters, a number, true or false, {url, value} or {amount, currency}',
    ],
    ['with a fraction as date', { metadata: { paid_date: 1.5 } }, 'metadata.paid_date must be Unix seconds'],
    [
      'with a long text',
      { metadata: { a: 'x'.repeat(10_001) } },
      'metadata.a must be text of at most 10000 characters, a number, true or false, {url, value} or {amount, currency}',
    ],
    ['with a blank key', { metadata: { ' ': 1 } }, 'The keys of metadata must have 1 to 190 characters'],
    [
      'with too many keys',
      { metadata: Object.fromEntries(Array.from({ length: 101 }, (_, n) => [`k${n}`, 1])) },
      'metadata must not have more than 100 keys',
    ],
  ]
  for (const [what, event, message] of cases) {
    test(what, async () => {
      const { id } = await aUser()
      const { status, body } = await send({ id, ...event })
      assert.deepEqual([status, body.errors[0].message], [400, message])
      assert.deepEqual(await eventsOf(id), [])
    })
  }

  test('without anybody, and for an email that two users have', async () => {
    assert.equal((await send({})).status, 400)
    const twin = { email: 'twin@example.com' }
    await aContact(t.workspace, twin)
    await aContact(t.workspace, twin)
    assert.equal((await send(twin)).status, 409)
  })
})

test('an event is accepted with an empty body, and listed with everything', async () => {
  const { id, external_id, email } = await aUser()
  const metadata = {
    ...{ source: 'desktop', load: 3.67, is_gift: true, contact_date: 1392036272 },
    ...{ article: 'https://example.org/ab1de.html', price: { amount: 34999, currency: 'eur' } },
    link: { url: 'https://example.org', value: 'the dude abides' },
  }
  const { status, text } = await send({ user_id: external_id, metadata: { ...metadata, nothing: null } })
  assert.deepEqual([status, text], [202, ''])
  const { body } = await list(`email=${encodeURIComponent(email.toUpperCase())}`)
  const [{ id: event_id, ...event }] = body.events
  const person = { intercom_user_id: id, user_id: external_id, email }
  assert.match(event_id, /^[0-9a-f-]{36}$/)
  assert.deepEqual(event, { type: 'event', event_name: 'placed-order', created_at: now, ...person, metadata })
  const since = `https://interphone.example.com/events?intercom_user_id=${id}&type=user&since=${now}001`
  const { events: _, ...rest } = body
  assert.deepEqual(rest, { type: 'event.list', pages: { next: null, since }, ...person })
  assert.deepEqual(await topicsOf(t.workspace, event_id), ['event.created'])
})

test('a duplicate is accepted and changes nothing, also if it comes at the same time', async () => {
  const { id, external_id } = await aUser()
  const answers = await Promise.all(
    [{ id }, { user_id: external_id }, { id, metadata: { a: 1 } }].map((who) => send(who)),
  )
  assert.ok(answers.every(({ status }) => status === 202))
  assert.equal((await eventsOf(id)).length, 1)
  await send({ id, created_at: now + 1 })
  await send({ id, event_name: 'left' })
  assert.equal((await eventsOf(id)).length, 3)
  const topics = await sql`select from events where workspace_id = ${t.workspace.id} and topic = 'event.created'
    and object_id in (select public_id::text from data_events where contact_id = ${id})`
  assert.equal(topics.count, 3)
})

test('of each name, the first ten keys that were ever sent are kept', async () => {
  const { id } = await aUser()
  const keys = async (event_name: string, created_at: number, names: string[]) => {
    await send({ id, event_name, created_at, metadata: Object.fromEntries(names.map((name) => [name, 1])) })
    const events = await eventsOf(id)
    return Object.keys(events.find((event: { created_at: number }) => event.created_at === created_at).metadata)
  }
  const first = ['b', 'a', 'c', 'd', 'e', 'f']
  assert.deepEqual((await keys('many', now - 9, first)).sort(), first.toSorted())
  assert.deepEqual(await keys('many', now - 8, ['g', 'h', 'i', 'j', 'k', 'l', 'a']), ['a', 'g', 'h', 'i', 'j'])
  assert.deepEqual(await keys('many', now - 7, ['l', 'k']), [])
  assert.deepEqual(await keys('others', now - 6, ['l', 'k']), ['k', 'l'])
})

test('keys that several events bring at once are kept up to ten', async () => {
  const { id } = await aUser()
  const names = Array.from({ length: 20 }, (_, n) => `key-${n}`)
  await Promise.all(
    names.map((name, n) => send({ id, event_name: 'at-once', created_at: now - n, metadata: { [name]: 1 } })),
  )
  const kept = (await t.call(`GET /events?type=user&intercom_user_id=${id}&per_page=50`)).body.events
  assert.equal(kept.filter(({ metadata }: { metadata: object }) => Object.keys(metadata).length).length, 10)
})

test('a workspace has 120 names at most, also if they come at the same time', async () => {
  const { call, workspace } = await t.another()
  const id = await aContact(workspace, {})
  const name = (n: number) => ({ event_name: `name-${n}`, created_at: now, id })
  const answers = await Promise.all(Array.from({ length: 130 }, (_, n) => call('POST /events', name(n))))
  const refused = answers.filter(({ status }) => status !== 202)
  assert.equal(refused.length, 10)
  for (const { status, body } of refused)
    assert.deepEqual([status, body.errors[0].code], [400, 'custom_data_limit_reached'])
  const [{ name: known }] = await sql<[{ name: string }]>`
    select name from data_event_names where workspace_id = ${workspace.id} limit 1`
  assert.equal((await call('POST /events', { event_name: known, created_at: now - 1, id })).status, 202)
})

describe('a list', () => {
  test('needs its type, and one person', async () => {
    const { id } = await aUser()
    for (const [query, status] of [
      [`intercom_user_id=${id}`, 400],
      [`type=contact&intercom_user_id=${id}`, 400],
      ['type=user', 400],
      [`type=user&intercom_user_id=${NOBODY}`, 404],
      ['type=user&user_id=nobody', 404],
      [`type=user&intercom_user_id=${id}&starting_after=x`, 400],
      [`type=user&intercom_user_id=${id}&before=x`, 400],
      [`type=user&intercom_user_id=${id}&summary=maybe`, 400],
    ] as const)
      assert.equal((await t.call(`GET /events?${query}`)).status, status, query)
  })

  test('goes on by its links, and neither skips nor repeats an event of the same second', async () => {
    const { id } = await aUser()
    for (let n = 0; n < 7; n++) await send({ id, event_name: `event-${n}`, created_at: now - (n % 2) })
    const all = (await eventsOf(id)).map((event: { id: string }) => event.id)
    const seen: string[] = []
    let query: string | null = `type=user&intercom_user_id=${id}&per_page=3`
    while (query !== null) {
      const { body }: Awaited<ReturnType<typeof t.call>> = await t.call(`GET /events?${query}`)
      seen.push(...body.events.map((event: { id: string }) => event.id))
      query = body.pages.next && new URL(body.pages.next).search.slice(1)
      await send({ id, event_name: 'later', created_at: now + seen.length })
    }
    assert.deepEqual(seen, all)
    const { body } = await list(`intercom_user_id=${id}&per_page=1`)
    await send({ id, event_name: 'after all', created_at: now + 100 })
    const news = await t.call(`GET /events${new URL(body.pages.since).search}`)
    assert.deepEqual(
      news.body.events.map((event: { event_name: string }) => event.event_name),
      ['after all'],
    )
    assert.equal((await list(`intercom_user_id=${id}&before=${now}000&per_page=50`)).body.events.length, 3)
  })

  test('has no events that are older than 90 days, but they count', async () => {
    const { id } = await aUser()
    const old = now - 91 * 24 * 60 * 60
    await send({ id, created_at: old })
    await send({ id })
    assert.equal((await eventsOf(id)).length, 1)
    const [summary] = await summaryOf(id)
    assert.deepEqual(
      [summary.count, summary.first, summary.last],
      [2, new Date(old * 1000).toISOString(), new Date(now * 1000).toISOString()],
    )
    await deleteOldEvents(sql)
    const rows = await sql`select from data_events where contact_id = ${id}`
    assert.equal(rows.count, 1)
    assert.equal((await summaryOf(id))[0].count, 2)
  })
})

describe('summaries', () => {
  const set = (body: object) => t.call('POST /events/summaries', body)

  test('are refused without a known user, or with wrong values', async () => {
    const { external_id } = await aUser()
    const summary = { event_name: 'imported', count: 3, first: 1, last: 2 }
    for (const [body, status] of [
      [{ event_summaries: summary }, 400],
      [{ user_id: external_id }, 400],
      [{ user_id: 'nobody', event_summaries: summary }, 404],
      [{ user_id: external_id, event_summaries: { ...summary, event_name: '' } }, 400],
      [{ user_id: external_id, event_summaries: { ...summary, count: -1 } }, 400],
      [{ user_id: external_id, event_summaries: { ...summary, count: 1.5 } }, 400],
      [{ user_id: external_id, event_summaries: { ...summary, first: 3 } }, 400],
      [{ user_id: external_id, event_summaries: [summary, { count: 1 }] }, 400],
      [{ user_id: external_id, event_summaries: 'all' }, 400],
    ] as const)
      assert.equal((await set(body)).status, status, JSON.stringify(body))
  })

  test('set the counts, one or several, without events; later events add to them', async () => {
    const { id, external_id } = await aUser()
    const one = { event_name: 'imported', count: 3, first: 1_600_000_000, last: 1_600_000_500 }
    const { status, text } = await set({ user_id: external_id, event_summaries: one })
    assert.deepEqual([status, text], [200, ''])
    const iso = (seconds: number) => new Date(seconds * 1000).toISOString()
    const shown = { name: 'imported', count: 3, first: iso(one.first), last: iso(one.last), description: null }
    assert.deepEqual(await summaryOf(id), [shown])
    assert.deepEqual(await eventsOf(id), [])
    await set({
      user_id: external_id,
      event_summaries: [
        { ...one, count: 7 },
        { event_name: 'twice', count: 2 },
      ],
    })
    await send({ id, event_name: 'imported' })
    const summaries = await summaryOf(id)
    const { count, last } = summaries.find(({ name }: { name: string }) => name === 'imported')
    assert.deepEqual([count, last, summaries.length], [8, iso(now), 2])
  })
})

test('the official SDK sends an event, lists it, and reads its summary', async () => {
  const { id, external_id } = await aUser()
  const client = new IntercomClient({ token: t.created.token, environment: t.url, maxRetries: 0 })
  await client.events.create({ event_name: 'by-sdk', created_at: now, user_id: external_id, metadata: { plan: 'pro' } })
  const { events } = await client.events.list({ intercom_user_id: id, type: 'user' })
  assert.equal(events?.length, 1)
  const summary = await client.events.list({ user_id: external_id, type: 'user', summary: true })
  assert.deepEqual(
    [summary.type, summary.events?.[0]?.name, summary.events?.[0]?.count],
    ['event.summary', 'by-sdk', 1],
  )
  await client.events.summaries({ user_id: external_id, event_summaries: { event_name: 'old', count: 2 } })
  await assert.rejects(
    client.events.create({ event_name: 'by-sdk', created_at: now, user_id: 'nobody' }),
    (error) => error instanceof IntercomError && error.statusCode === 404,
  )
})
