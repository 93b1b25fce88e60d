// Sign-ins: one-time links and access tokens become sessions, which are callers like tokens.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deleteOldSignIns } from '#workspaces/sign-ins.ts'
import { hashToken, insertToken, newTokenText, revokeToken } from '#workspaces/tokens.ts'
import { testApp } from '../../../test/app.ts'
import { eventually } from '../../../test/factories.ts'
import { aLink, cookieOf, OWN_PAGE, signIn } from '../../../test/sign-in.ts'

const t = await testApp()
const another = await t.another()
const { sql } = t.database
const { id: workspace_id, admin_id } = t.created

const post = (body: unknown, headers: Record<string, string> = OWN_PAGE) =>
  t.call('POST /extensions/sign-ins', body, { token: null, headers })

/** Creates another token. Returns its text and id. */
async function anotherToken(more: { scopes?: string[]; custom_channel_id?: string } = {}) {
  const text = newTokenText()
  const row = await insertToken(sql, workspace_id, text, { name: 'Another', admin_id, ...more }, new Date())
  return { text, id: row!.id }
}

const age = (id: string, days: number) => sql`
  update sign_ins set last_used_at = now() - ${days} * interval '1 day' where workspace_id = ${workspace_id} and id = ${id}`

test('a body that is no sign-in is refused, and names the field', async () => {
  const refused: [body: unknown, status: number, message: RegExp][] = [
    [undefined, 400, /required|malformed|body/],
    [{}, 400, /secret is required/],
    [{ secret: 1 }, 400, /secret/],
    [{ secret: 'x', access_token: 'y' }, 400, /not both/],
    [{ secret: '' }, 401, /has been used/],
    [{ secret: 'x'.repeat(43) }, 401, /interphone sign-in/],
    [{ secret: 'x'.repeat(256) }, 400, /secret/],
    [{ secret: t.created.token }, 401, /has been used/],
    [{ access_token: '' }, 401, /Access Token Invalid/],
    [{ access_token: 'nobody' }, 401, /Access Token Invalid/],
    [{ access_token: hashToken(t.created.token).toString('hex') }, 401, /Access Token Invalid/],
    [{ access_token: await aLink(t) }, 401, /Access Token Invalid/],
    [{ access_token: (await anotherToken({ custom_channel_id: '1' })).text }, 401, /Access Token Invalid/],
  ]
  for (const [body, status, message] of refused) {
    const answer = await post(body)
    assert.equal(answer.status, status, answer.text)
    assert.match(answer.body.errors[0].message, message)
    assert.equal(answer.headers['set-cookie'], undefined)
  }
})

test('a link works once, also if two browsers open it at the same time', async () => {
  const secret = await aLink(t)
  const answers = await Promise.all([post({ secret }), post({ secret }), post({ secret })])
  assert.deepEqual(answers.map(({ status }) => status).sort(), [201, 401, 401])
  assert.equal((await post({ secret })).status, 401)
})

test('a link that is older than an hour is refused, and removed', async () => {
  const secret = await aLink(t)
  await sql`
    update sign_in_links set created_at = now() - interval '61 minutes'
    where workspace_id = ${workspace_id} and hash = ${hashToken(secret)}`
  assert.equal((await post({ secret })).status, 401)
  await deleteOldSignIns(sql)
  const [{ count }] = await sql<[{ count: number }]>`
    select count(*)::int from sign_in_links where workspace_id = ${workspace_id} and hash = ${hashToken(secret)}`
  assert.equal(count, 0)
})

test('a page of others cannot sign a browser in', async () => {
  const secret = await aLink(t)
  for (const headers of [
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site', origin: 'http://localhost:80' },
  ] as Record<string, string>[]) {
    const { status, headers: answered } = await post({ secret }, headers)
    assert.equal(status, 403)
    assert.equal(answered['set-cookie'], undefined)
  }
  assert.equal((await post({ secret }, {})).status, 201, 'a program may')
})

test('with a link the admin is signed in, and the cookie is for this server alone', async () => {
  const { status, body, headers } = await post(
    { secret: await aLink(t) },
    { ...OWN_PAGE, 'user-agent': `Browser ${'x'.repeat(400)}` },
  )
  assert.equal(status, 201)
  const now = Math.floor(Date.now() / 1000)
  const { created_at, last_used_at, expires_at, user_agent, ...rest } = body
  assert.deepEqual(rest, {
    type: 'sign_in',
    id: rest.id,
    admin: { type: 'admin', id: admin_id, name: 'Ada Admin', email: 'ada@example.com', avatar: null },
    workspace: { type: 'workspace', id: workspace_id, name: 'First' },
    scopes: null,
    is_current: true,
  })
  assert.ok(Math.abs(created_at - now) < 60)
  assert.equal(expires_at - last_used_at, 30 * 86_400)
  assert.equal(user_agent.length, 300)
  assert.match(
    String(headers['set-cookie']),
    /^interphone80=[\w-]{43}; HttpOnly; SameSite=Lax; Path=\/; Max-Age=2592000$/,
  )
})

test('where the page was loaded by HTTPS, the cookie is bound to HTTPS and to the host', async () => {
  const answer = await post({ secret: await aLink(t) }, { origin: 'https://localhost:80' })
  const set = String(answer.headers['set-cookie'])
  assert.match(set, /^__Host-interphone=[\w-]{43}; HttpOnly; SameSite=Lax; Path=\/; Max-Age=2592000; Secure$/)
  const headers = { ...OWN_PAGE, cookie: cookieOf(answer.headers) }
  const current = await t.call('GET /extensions/sign-ins/current', undefined, { token: null, headers })
  assert.equal(current.status, 200)
  assert.equal(String(current.headers['set-cookie']), set)
})

test('the text of a session is stored nowhere', async () => {
  const { cookie } = await signIn(t)
  const secret = cookie.split('=')[1]!
  for (const { text } of await sql<{ text: string }[]>`select sign_ins::text as text from sign_ins`)
    assert.ok(!text.includes(secret))
})

test('a signed-in admin is a caller like a token: acts as the admin, in this workspace alone', async () => {
  const ada = await signIn(t)
  assert.equal((await ada.call('GET /me')).body.id, admin_id)
  const { status, body } = await ada.call('POST /tags', { name: 'By hand' })
  assert.equal(status, 200)
  assert.equal((await t.call(`GET /tags/${body.id}`)).body.name, 'By hand')
  assert.equal((await another.call(`GET /tags/${body.id}`)).status, 404)
  const other = await signIn(another)
  assert.equal((await other.call(`GET /tags/${body.id}`)).status, 404)
  assert.equal((await other.call(`DELETE /extensions/sign-ins/${ada.id}`)).status, 404)
  assert.equal((await ada.call('GET /extensions/workspaces')).status, 403, 'it is no operator')
})

test('a token is taken before the cookie', async () => {
  const ada = await signIn(t)
  const as = (authorization: string) => ada.call('GET /me', undefined, { headers: { authorization } })
  assert.equal((await as('Bearer nobody')).status, 401)
  assert.equal((await as(`Bearer ${another.created.token}`)).body.id, another.created.admin_id)
})

test('a sign-in with an access token has its scopes, and ends with it', async () => {
  const { text, id } = await anotherToken({ scopes: ['read_admins'] })
  const limited = await signIn(t, { access_token: text })
  const { body } = await limited.call('GET /extensions/sign-ins/current')
  assert.deepEqual(body.scopes, ['read_admins'])
  assert.equal((await limited.call('GET /admins')).status, 200)
  const { status, body: refusal } = await limited.call('GET /extensions/sign-ins')
  assert.equal(status, 403)
  assert.match(refusal.errors[0].message, /\(extensions\)/)
  await revokeToken(sql, workspace_id, id, new Date())
  await t.call(`DELETE /extensions/sign-ins/${(await signIn(t)).id}`) // So that this process forgets what it knew.
  assert.equal((await limited.call('GET /admins')).status, 401)
})

test('signing out ends the session at once, and removes the cookie', async () => {
  const [ada, elsewhere] = [await signIn(t), await signIn(t)]
  const { status, headers, text } = await ada.call('DELETE /extensions/sign-ins/current')
  assert.deepEqual([status, text], [204, ''])
  for (const cookie of headers['set-cookie'] as string[])
    assert.match(cookie, /^(__Host-)?interphone(80)?=;.* Max-Age=0/)
  assert.equal((await ada.call('GET /me')).status, 401)
  assert.equal((await elsewhere.call('GET /me')).status, 200)
})

test('an access token is no sign-in', async () => {
  for (const route of ['GET /extensions/sign-ins/current', 'DELETE /extensions/sign-ins/current']) {
    const { status, body } = await t.call(route)
    assert.equal(status, 404)
    assert.match(body.errors[0].message, /nobody is signed in/)
  }
})

test('the list shows who is signed in, newest first, and any of them can be ended', async () => {
  const { call } = await t.another()
  assert.equal((await call('DELETE /extensions/sign-ins/1')).status, 404)
  assert.deepEqual((await call('GET /extensions/sign-ins')).body.data, [])
  const [first, second, third] = [await signIn(t), await signIn(t), await signIn(t)]
  const page = await third.call('GET /extensions/sign-ins?per_page=2')
  const listed = page.body.data.map(({ id, is_current }: Record<string, unknown>) => [id, is_current])
  assert.deepEqual(listed, [
    [third.id, true],
    [second.id, false],
  ])
  const after = encodeURIComponent(page.body.pages.next.starting_after)
  const next = await third.call(`GET /extensions/sign-ins?per_page=1&starting_after=${after}`)
  assert.equal(next.body.data[0].id, first.id)
  assert.equal((await third.call(`DELETE /extensions/sign-ins/${first.id}`)).status, 204)
  assert.equal((await third.call(`DELETE /extensions/sign-ins/${first.id}`)).status, 404)
  assert.equal((await first.call('GET /me')).status, 401)
})

test('a session that was not used for 30 days has ended; one that is used goes on', async () => {
  const [old, used] = [await signIn(t), await signIn(t)]
  await age(old.id, 30.01)
  await age(used.id, 29)
  assert.equal((await old.call('GET /me')).status, 401)
  assert.equal((await used.call('GET /me')).status, 200)
  await eventually(
    () => t.call('GET /extensions/sign-ins'),
    ({ body }) =>
      body.data.some(
        ({ id, last_used_at }: { id: string; last_used_at: number }) =>
          id === used.id && last_used_at > Date.now() / 1000 - 3600,
      ),
  )
  const { body } = await t.call('GET /extensions/sign-ins?per_page=150')
  assert.ok(!body.data.some(({ id }: { id: string }) => id === old.id))
  await deleteOldSignIns(sql)
  assert.equal((await sql`select from sign_ins where workspace_id = ${workspace_id} and id = ${old.id}`).count, 0)
})

test('a reset of the sandbox ends no sign-in, and neither does its clock', async () => {
  const ada = await signIn(t)
  assert.equal((await ada.call('POST /extensions/sandbox/clock', { advance_seconds: 40 * 86_400 })).status, 200)
  assert.equal((await ada.call('GET /me')).status, 200)
  assert.equal((await ada.call('POST /extensions/sandbox/reset')).status, 200)
  assert.equal((await ada.call('GET /me')).status, 200)
})
