// Admins: sad paths first.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { insertAwayStatusReason } from '#resources/away-status-reasons/queries.ts'
import { testApp } from '../../../test/app.ts'
import { topicsOf } from '../../../test/events.ts'

const t = await testApp()
const { sql } = t.database
const { id: workspace_id, admin_id } = t.created

const AWAY = { away_mode_enabled: true, away_mode_reassign: true }
const away = (id: unknown, body: unknown = AWAY, version?: string) =>
  t.call(`PUT /admins/${id}/away`, body, version ? { version } : {})

test('every operation needs a token', async () => {
  for (const route of ['GET /me', 'GET /admins', `GET /admins/${admin_id}`, `PUT /admins/${admin_id}/away`]) {
    const { status, body } = await t.call(route, route.startsWith('PUT') ? AWAY : undefined, { token: null })
    assert.equal(status, 401, route)
    assert.deepEqual(body.errors, [{ code: 'unauthorized', message: 'Access Token Invalid' }])
  }
})

test('an unknown admin is a 404, and so is one of another workspace', async () => {
  const other = await t.another()
  for (const id of ['999999', 'nobody', '99999999999999999999', other.created.admin_id]) {
    const shown = await t.call(`GET /admins/${id}`)
    assert.equal(shown.status, 404)
    assert.deepEqual(shown.body.errors, [{ code: 'admin_not_found', message: 'Admin not found' }])
    const sent = await away(id)
    assert.equal(sent.status, 404)
    assert.deepEqual(sent.body.errors, [{ code: 'admin_not_found', message: 'Admin for admin_id not found' }])
  }
  const { body } = await other.call(`GET /admins/${other.created.admin_id}`)
  assert.equal(body.away_mode_enabled, false)
})

test('away mode needs both of its flags, and they are true or false', async () => {
  const wrong: [body: unknown, code: string, names: RegExp][] = [
    [{}, 'parameter_not_found', /away_mode_enabled/],
    [{ away_mode_enabled: true }, 'parameter_not_found', /away_mode_reassign/],
    [{ ...AWAY, away_mode_reassign: 'yes' }, 'parameter_invalid', /away_mode_reassign/],
    [{ ...AWAY, away_status_reason_id: {} }, 'parameter_invalid', /away_status_reason_id/],
    [[], 'parameter_invalid', /body/],
  ]
  for (const [body, code, names] of wrong) {
    const answer = await away(admin_id, body)
    assert.equal(answer.status, 400)
    assert.equal(answer.body.errors[0].code, code)
    assert.match(answer.body.errors[0].message, names)
  }
})

test('a reason for being away must be there and in use', async () => {
  const id = await insertAwayStatusReason(t.workspace, { label: 'Lunch', emoji: '🍔', order: 1, deleted: true })
  const deleted = await away(admin_id, { ...AWAY, away_status_reason_id: Number(id) })
  assert.equal(deleted.status, 400)
  assert.deepEqual(deleted.body.errors, [{ code: 'parameter_invalid', message: 'Away status reason is deleted' }])
  const unknown = await away(admin_id, { ...AWAY, away_status_reason_id: 999_999 })
  assert.deepEqual([unknown.status, unknown.body.errors[0].code], [400, 'parameter_invalid'])
})

test('away mode changes nothing but away mode', async () => {
  const other = await t.another()
  const mine = { email: 'mallory@example.com', has_inbox_seat: false, workspace_id: other.created.id, is_bot: true }
  const { status, body } = await away(admin_id, { ...mine, ...AWAY })
  assert.equal(status, 200)
  assert.deepEqual([body.email, body.has_inbox_seat], ['ada@example.com', true])
  assert.equal((await other.call('GET /admins')).body.admins.length, 1)
})

test('the bot of the workspace is not a teammate', async () => {
  const [bot] = await sql`select id from admins where workspace_id = ${workspace_id} and is_bot`
  const { body } = await t.call('GET /admins')
  assert.deepEqual(
    body.admins.map(({ id }: { id: string }) => id),
    [admin_id],
  )
  assert.equal((await away(bot!['id'])).status, 404)
})

test('/me shows the admin and the workspace of the token', async () => {
  const { status, body } = await t.call('GET /me')
  assert.equal(status, 200)
  assert.deepEqual(
    [body.type, body.id, body.email, body.email_verified, body.avatar],
    ['admin', admin_id, 'ada@example.com', true, { type: 'avatar', image_url: null }],
  )
  const { created_at, ...app } = body.app
  assert.ok(Number.isInteger(created_at))
  assert.deepEqual(app, {
    type: 'app',
    id_code: workspace_id,
    name: 'First',
    region: 'US',
    timezone: 'UTC',
    secure: false,
    identity_verification: false,
  })
})

test('an admin is shown with their teams', async () => {
  const [team] = await sql`
    insert into teams (workspace_id, name, admin_ids) values (${workspace_id}, 'Support', ${[admin_id]}::bigint[])
    returning id`
  const { body } = await t.call(`GET /admins/${admin_id}`)
  assert.deepEqual(body.team_ids, [Number(team!['id'])])
  assert.equal(body.away_status_reason_id, null)
  await sql`delete from teams where workspace_id = ${workspace_id}`
})

test('avatars are shown if requested', async () => {
  await sql`
    update admins set avatar_url = 'https://example.com/ada.png'
    where workspace_id = ${workspace_id} and id = ${admin_id}`
  const avatarIn = async (query: string, version = 'Preview') =>
    (await t.call(`GET /admins${query}`, undefined, { version })).body.admins[0].avatar
  assert.equal(await avatarIn('?display_avatar=true'), 'https://example.com/ada.png')
  assert.equal(await avatarIn('?display_avatar=false'), undefined)
  assert.equal(await avatarIn(''), undefined)
  assert.equal((await t.call('GET /admins?display_avatar=perhaps')).status, 400)
  const image_url = 'https://example.com/ada.png'
  for (const [version, shown] of [
    ['2.7', image_url],
    ['2.10', image_url],
    ['2.11', { image_url }],
    ['2.12', image_url],
  ] as const)
    assert.deepEqual(await avatarIn('?display_avatar=true', version), shown, version)
})

test('an admin goes away and comes back, and both emit an event', async () => {
  const reason = await insertAwayStatusReason(t.workspace, { label: 'Lunch', emoji: '🍔', order: 1 })
  const before = (await topicsOf(t.workspace, admin_id)).length
  const gone = await away(admin_id, { ...AWAY, away_status_reason_id: Number(reason) })
  assert.equal(gone.status, 200)
  assert.deepEqual(
    [gone.body.away_mode_enabled, gone.body.away_mode_reassign, gone.body.away_status_reason_id],
    [true, true, reason],
  )
  const shown = await t.call(`GET /admins/${admin_id}`)
  assert.equal(shown.body.away_status_reason_id, Number(reason))

  const back = await away(admin_id, { away_mode_enabled: false, away_mode_reassign: false })
  assert.deepEqual([back.body.away_mode_enabled, back.body.away_status_reason_id], [false, null])
  const topics = (await topicsOf(t.workspace, admin_id)).slice(before)
  assert.deepEqual(topics, ['admin.away_mode_updated', 'admin.away_mode_updated'])
})

test('up to 2.7 an admin has no priority levels of teams', async () => {
  const asOf = async (version: string) =>
    (await t.call(`GET /admins/${admin_id}`, undefined, { version })).body.team_priority_level
  assert.equal(await asOf('2.7'), undefined)
  assert.deepEqual(await asOf('2.11'), { primary_team_ids: [], secondary_team_ids: [] })
  assert.equal((await away(admin_id, AWAY, '2.7')).body.away_mode_enabled, true)
})

test('a teammate needs a name and an address that no other has', async () => {
  const wrong: [body: unknown, status: number, names: RegExp][] = [
    [{}, 400, /name/],
    [{ name: 'Mina' }, 400, /email/],
    [{ name: ' ', email: 'mina@example.com' }, 400, /name/],
    [{ name: 'Mina', email: 'mina' }, 400, /email/],
    [{ name: 'Mina', email: 'ADA@example.com' }, 409, /ADA@example\.com/],
  ]
  for (const [body, status, names] of wrong) {
    const answer = await t.call('POST /extensions/admins', body)
    assert.equal(answer.status, status, JSON.stringify(body))
    assert.match(answer.body.errors[0].message, names)
  }
})

test('a teammate is added, and can do what others do', async () => {
  const mina = { name: 'Mina', email: 'mina@example.com', job_title: 'Support' }
  const { status, body } = await t.call('POST /extensions/admins', mina)
  assert.equal(status, 200)
  assert.deepEqual([body.name, body.email, body.job_title, body.has_inbox_seat], ['Mina', mina.email, 'Support', true])
  const { body: team } = await t.call('POST /extensions/teams', { name: 'Support', admin_ids: [body.id] })
  assert.deepEqual(team.admin_ids, [Number(body.id)])
  const other = await t.another()
  assert.equal((await other.call(`GET /admins/${body.id}`)).status, 404)
})
