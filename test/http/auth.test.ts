// Authentication: every form of a token that clients send, revocation, and scopes.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { op } from '#http/op.ts'
import { hashToken, insertToken, newTokenText, revokeToken } from '#workspaces/tokens.ts'
import { testApp } from '../app.ts'

const t = await testApp()
t.app.get(
  '/extensions/for-readers',
  op('forReaders', { summary: 'Read', scope: 'read_conversations' }),
  async () => 'read',
)
const { token, admin_id } = t.created

const withHeader = (authorization: string, route = 'GET /me') =>
  t.call(route, undefined, { token: null, headers: { authorization } })
const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`

/** Creates another token. Returns it with its id. */
async function anotherToken(scopes: string[] | null = null) {
  const text = newTokenText()
  const row = await insertToken(t.database.sql, t.created.id, text, { name: 'Another', admin_id, scopes }, new Date())
  return { text, id: row?.id as string }
}

test('without a valid token every request gets the same error', async () => {
  const refused = ['', 'Bearer', 'Bearer ', 'Bearer nobody', `Token ${token}`, token, `Bearer ${token} x`]
  for (const header of [
    ...refused,
    'Basic',
    'Basic %%%',
    basic(''),
    basic(':'),
    basic('nobody:'),
    basic(`x:${token}`),
  ]) {
    const { status, body, headers } = await withHeader(header)
    assert.equal(status, 401, header)
    assert.deepEqual(body, {
      type: 'error.list',
      request_id: headers['x-request-id'],
      errors: [{ code: 'unauthorized', message: 'Access Token Invalid' }],
    })
    assert.match(String(headers['www-authenticate']), /^Bearer/)
  }
  assert.equal((await t.call('GET /me', undefined, { token: null })).status, 401)
})

test('the stored hash of a token is not a token', async () => {
  assert.equal((await withHeader(`Bearer ${hashToken(token).toString('hex')}`)).status, 401)
  const { sql } = t.database
  const stored = await sql<{ text: string }[]>`select tokens::text as text from tokens`
  for (const { text } of stored) assert.ok(!text.includes(token))
})

test('a token is accepted as Bearer and as either part of Basic, whatever the case of the scheme', async () => {
  const forms = [`Bearer ${token}`, `bearer ${token}`, `BEARER   ${token}  `]
  for (const form of [
    ...forms,
    basic(`${token}:`),
    basic(token),
    basic(`:${token}`),
    basic(`${token}:x`).replace('B', 'b'),
  ]) {
    assert.equal((await withHeader(form)).body.id, admin_id, form)
  }
})

test('a revoked token is refused, and the error says so', async () => {
  const { text, id } = await anotherToken()
  await revokeToken(t.database.sql, t.created.id, id, new Date())
  const { status, body } = await withHeader(`Bearer ${text}`)
  assert.equal(status, 401)
  assert.equal(body.errors[0].code, 'token_revoked')
})

test('a token that is revoked during its use is refused a few seconds later', async () => {
  const { text, id } = await anotherToken()
  assert.equal((await withHeader(`Bearer ${text}`)).status, 200)
  await revokeToken(t.database.sql, t.created.id, id, new Date())
  await new Promise((resolve) => setTimeout(resolve, 3_100))
  assert.equal((await withHeader(`Bearer ${text}`)).status, 401)
})

test('if a token lacks the scope of an operation, the error names the scope', async () => {
  const [limited, allowed] = [await anotherToken(['write_tickets']), await anotherToken(['x', 'read_conversations'])]
  const { status, body } = await withHeader(`Bearer ${limited.text}`, 'GET /extensions/for-readers')
  assert.equal(status, 403)
  assert.deepEqual(body.errors, [
    { code: 'forbidden', message: 'You do not have the required scope (read_conversations) to access this resource' },
  ])
  assert.equal((await withHeader(`Bearer ${allowed.text}`, 'GET /extensions/for-readers')).status, 200)
  assert.equal((await withHeader(`Bearer ${token}`, 'GET /extensions/for-readers')).status, 200)
})

test('the token of a removed workspace is refused at once', async () => {
  const routes = ['GET /me', 'GET /tags', 'POST /tags', 'POST /contacts', 'POST /conversations/search'] as const
  const removed = await t.another()
  for (const route of routes)
    await removed.call(route, route.startsWith('GET') ? undefined : { name: 'x', role: 'lead' })
  assert.equal((await t.call(`DELETE /extensions/workspaces/${removed.created.id}`)).status, 200)
  for (const route of routes) {
    const { status, body } = await removed.call(
      route,
      route.startsWith('GET') ? undefined : { name: 'y', role: 'lead' },
    )
    assert.equal(status, 401, route)
    assert.equal(body.errors[0].message, 'Access Token Invalid')
  }
})

test('the token of a workspace that another process has removed writes nothing', async () => {
  const { call, created } = await t.another()
  assert.equal((await call('POST /tags', { name: 'Before' })).status, 200)
  await t.database.sql`delete from workspaces where id = ${created.id}`
  for (const [route, body] of [
    ['POST /tags', { name: 'After' }],
    ['POST /contacts', { role: 'lead' }],
  ] as const) {
    const { status, body: answer } = await call(route, body)
    assert.equal(status, 401)
    assert.equal(answer.errors[0].message, 'Access Token Invalid')
  }
})

test('only a token of the first workspace can create, list and remove workspaces', async () => {
  const { call, created } = await t.another()
  for (const route of ['GET /extensions/workspaces', `DELETE /extensions/workspaces/${t.created.id}`]) {
    assert.equal((await call(route)).status, 403)
  }
  assert.equal((await call('POST /extensions/workspaces', { name: 'Mine' })).status, 403)
  assert.equal((await t.call(`DELETE /extensions/workspaces/${t.created.id}`)).status, 409)
  assert.equal((await t.call(`DELETE /extensions/workspaces/${created.id}`)).status, 200)
})

test('a token limited to reading admins can read admins, but not contacts', async () => {
  const text = 'limited-to-admins'
  const admin_id = t.created.admin_id
  await insertToken(
    t.database.sql,
    t.created.id,
    text,
    { name: 'Limited', admin_id, scopes: ['read_admins'] },
    new Date(),
  )
  assert.equal((await t.call('GET /admins', undefined, { token: text })).status, 200)
  const { status, body } = await t.call('GET /contacts', undefined, { token: text })
  assert.equal(status, 403)
  assert.deepEqual(body.errors, [
    { code: 'forbidden', message: 'You do not have the required scope (read_write_users) to access this resource' },
  ])
})

test('a token that is too long is a wrong token', async () => {
  assert.equal((await t.call('GET /tags', undefined, { token: 'x'.repeat(15_000) })).status, 401)
})
