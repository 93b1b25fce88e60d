// The activity log: sad paths first.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { IntercomClient } from 'intercom-client'
import { insertToken, newTokenText } from '#workspaces/tokens.ts'
import { listeningServer } from '../../../test/sdk/server.ts'
import { ACTIVITY_TYPES } from './types.ts'

const t = await listeningServer()
const { sql } = t.database
const { admin_id } = t.created

const away = (away_mode_enabled: boolean, more: object = {}) =>
  t.call(`PUT /admins/${admin_id}/away`, { away_mode_enabled, away_mode_reassign: false, ...more })
const list = (query = '?created_at_after=0') => t.call(`GET /admins/activity_logs${query}`)
const search = (body: object) => t.call('POST /admins/activity_logs/search', body)
const empty = () => sql`delete from activity_logs where workspace_id = ${t.workspace.id}`

describe('a request is refused', () => {
  test('without a token, or without the scope', async () => {
    const text = newTokenText()
    await insertToken(sql, t.created.id, text, { name: 'Limited', admin_id, scopes: ['write_content'] }, new Date())
    for (const [route, body] of [
      ['GET /admins/activity_logs?created_at_after=0'],
      ['POST /admins/activity_logs/search', {}],
      ['GET /admins/activity_log_event_types'],
    ] as const) {
      assert.equal((await t.call(route, body, { token: null })).status, 401, route)
      assert.equal((await t.call(route, body, { token: text })).status, 403, route)
    }
  })

  test('with a wrong time, type or page', async () => {
    for (const [query, message] of [
      ['', 'created_at_after is required'],
      ['?created_at_before=5', 'created_at_after is required'],
      ['?created_at_after=yesterday', 'created_at_after must be integer'],
      ['?created_at_after=-1', 'created_at_after must be >= 0'],
      ['?created_at_after=0&created_at_before=x', 'created_at_before must be integer'],
      ['?created_at_after=0&starting_after=x', /^Invalid starting_after param/],
    ] as const) {
      const { status, body } = await list(query)
      assert.equal(status, 400, query)
      if (typeof message === 'string') assert.equal(body.errors[0].message, message)
      else assert.match(body.errors[0].message, message)
    }
    for (const body of [
      { created_at_after: 'yesterday' },
      { created_at_after: 1.5 },
      { event_types: 'admin_logout' },
      { event_types: [5] },
      { event_types: ['admin_logout', 'coffee_break'] },
      { per_page: 'many' },
    ])
      assert.equal((await search(body)).status, 400, JSON.stringify(body))
    const { body } = await search({ event_types: ['coffee_break'] })
    assert.equal(body.errors[0].message, 'event_types has an unknown type: coffee_break')
  })

  test('in a version without searches', async () => {
    for (const route of ['POST /admins/activity_logs/search', 'GET /admins/activity_log_event_types'])
      assert.equal((await t.call(route, undefined, { version: '2.15' })).status, 400)
    assert.equal(
      (await t.call('GET /admins/activity_logs?created_at_after=0', undefined, { version: '2.7' })).status,
      200,
    )
  })
})

test('an entry says who did what, when, and from where', async () => {
  await empty()
  await away(true, { away_mode_reassign: true })
  const { status, body } = await list()
  assert.equal(status, 200)
  const [{ id, created_at, ...entry }, ...more] = body.activity_logs
  assert.equal(more.length, 0)
  assert.match(id, /^[0-9a-f]{8}-[0-9a-f-]{27}$/)
  assert.ok(Math.abs(created_at - Date.now() / 1000) < 60)
  const { body: me } = await t.call('GET /me')
  assert.deepEqual(entry, {
    performed_by: { type: 'admin', id: admin_id, email: me.email, ip: '127.0.0.1' },
    metadata: {
      ...{ away_mode: true, away_status_reason: null, reassign_conversations: true, auto_changed: null },
      ...{
        source: `admin update from api - Admin id: ${admin_id}`,
        update_by: Number(admin_id),
        update_by_name: me.name,
      },
    },
    activity_type: 'admin_away_mode_change',
    activity_description: `${me.name} turned on their away mode.`,
  })
  assert.deepEqual(
    { type: body.type, pages: body.pages },
    { type: 'activity_log.list', pages: { type: 'pages', next: null, page: 1, per_page: 20, total_pages: 1 } },
  )
})

test('everything that admins do so far is in it, and what fails is not', async () => {
  await empty()
  const typesAfter = async (act: () => Promise<unknown>) => {
    await empty()
    await act()
    return (await list()).body.activity_logs.map((entry: { activity_type: string }) => entry.activity_type)
  }
  const { body: team } = await t.call('POST /extensions/teams', { name: 'A', admin_ids: [admin_id] })
  const { body: secret } = await t.call('POST /secure_mode_secrets', { name: 'Web', supports_web: true })
  const cases: [what: string, act: () => Promise<unknown>, types: string[]][] = [
    ['going away for an unknown reason', () => away(true, { away_status_reason_id: '0' }), []],
    ['a team without members', () => t.call('POST /extensions/teams', { name: 'B', admin_ids: [] }), []],
    ['the same members', () => t.call(`PUT /teams/${team.id}`, { admin_ids: [admin_id] }), []],
    ['a secret without a platform', () => t.call('POST /secure_mode_secrets', { name: 'x' }), []],
    ['an unknown secret', () => t.call('DELETE /secure_mode_secrets/0'), []],
    ['going away', () => away(true), ['admin_away_mode_change']],
    ['coming back', () => away(false), ['admin_away_mode_change']],
    ['a team', () => t.call('POST /extensions/teams', { name: 'C', admin_ids: [admin_id] }), ['app_team_creation']],
    [
      'a secret',
      () => t.call('POST /secure_mode_secrets', { name: 'y', supports_ios: true }),
      ['app_identity_verification_change'],
    ],
    ['no secret', () => t.call(`DELETE /secure_mode_secrets/${secret.id}`), ['app_identity_verification_change']],
  ]
  for (const [what, act, types] of cases) assert.deepEqual(await typesAfter(act), types, what)
})

test('the event of an entry is written once, with the entry', async () => {
  await empty()
  await away(true)
  const [entry] = (await list()).body.activity_logs
  const events = await sql<{ topic: string }[]>`
    select topic from events where workspace_id = ${t.workspace.id} and object_id = ${entry.id}`
  assert.deepEqual(
    events.map(({ topic }) => topic),
    ['admin.activity_log_event.created'],
  )
})

describe('a list', () => {
  test('has the newest first, and its pages neither skip nor repeat while others are written', async () => {
    await empty()
    for (let count = 0; count < 7; count++) await away(count % 2 === 0)
    const all = (await list()).body.activity_logs.map(({ id }: { id: string }) => id)
    const seen: string[] = []
    let query: string | undefined = '?created_at_after=0&per_page=3'
    while (query) {
      const { body } = await list(query)
      seen.push(...body.activity_logs.map(({ id }: { id: string }) => id))
      const next = body.pages.next
      query = next
        ? `?created_at_after=0&per_page=3&starting_after=${encodeURIComponent(next.starting_after)}`
        : undefined
      await away(true)
    }
    assert.deepEqual(seen, all)
    const { body } = await list('?created_at_after=0&per_page=2&page=99')
    assert.deepEqual([body.activity_logs, body.pages.next], [[], null])
  })

  test('has the entries between its times, both included', async () => {
    await empty()
    await away(true)
    const [{ created_at: at }] = (await list()).body.activity_logs
    for (const [query, count] of [
      [`?created_at_after=${at}`, 1],
      [`?created_at_after=${at + 1}`, 0],
      [`?created_at_after=0&created_at_before=${at}`, 1],
      [`?created_at_after=0&created_at_before=${at - 1}`, 0],
    ] as const)
      assert.equal((await list(query)).body.activity_logs.length, count, query)
  })
})

test('a search finds entries by type, and of the last 30 days if it names no time', async () => {
  await empty()
  await away(true)
  await t.call('POST /extensions/teams', { name: 'D', admin_ids: [admin_id] })
  const typesFor = async (body: object) =>
    (await search(body)).body.activity_logs.map((entry: { activity_type: string }) => entry.activity_type)
  const both = ['app_team_creation', 'admin_away_mode_change']
  assert.deepEqual(await typesFor({}), both)
  assert.deepEqual(await typesFor({ event_types: [] }), both)
  assert.deepEqual(await typesFor({ created_at_after: '0', created_at_before: null, event_types: null }), both)
  assert.deepEqual(await typesFor({ event_types: ['app_team_creation'] }), ['app_team_creation'])
  assert.deepEqual(await typesFor({ event_types: ['admin_logout'] }), [])
  const { body } = await search({ per_page: 1, page: 2 })
  assert.deepEqual([body.activity_logs[0].activity_type, body.pages.page], ['admin_away_mode_change', 2])
  assert.equal((await search({ per_page: 1_000 })).body.pages.per_page, 250)
  await sql`update activity_logs set created_at = now() - interval '31 days' where activity_type = 'app_team_creation'`
  assert.deepEqual(await typesFor({}), ['admin_away_mode_change'])
  assert.deepEqual(await typesFor({ created_at_after: 0 }), ['admin_away_mode_change', 'app_team_creation'])
})

test('the types of activities are listed, and each can be searched for', async () => {
  const { body } = await t.call('GET /admins/activity_log_event_types')
  assert.deepEqual(body, { type: 'activity_log_event_type.list', event_types: ACTIVITY_TYPES })
  assert.equal(new Set(ACTIVITY_TYPES).size, 74)
  assert.equal((await search({ event_types: ACTIVITY_TYPES })).status, 200)
})

test('the official SDK lists the activity log', async () => {
  await empty()
  await away(false)
  const client = new IntercomClient({ token: t.created.token, environment: t.url, maxRetries: 0 })
  const { activity_logs } = await client.admins.listAllActivityLogs({ created_at_after: '0' })
  assert.equal(activity_logs?.[0]?.activity_type, 'admin_away_mode_change')
})
