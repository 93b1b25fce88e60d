// Identity verification secrets: sad paths first.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { insertToken, newTokenText } from '#workspaces/tokens.ts'
import { testApp } from '../../../test/app.ts'

const t = await testApp()
const { sql } = t.database

const create = (body: unknown = { name: 'Production Web', supports_web: true }, options = {}) =>
  t.call('POST /secure_mode_secrets', body, options)
const list = async () => (await t.call('GET /secure_mode_secrets')).body.data

async function tokenWith(...scopes: string[]) {
  const text = newTokenText()
  const token = { name: 'Limited', admin_id: t.created.admin_id, scopes }
  await insertToken(sql, t.created.id, text, token, new Date())
  return text
}

test('every operation needs a token and the scope', async () => {
  const routes = ['GET /secure_mode_secrets', 'POST /secure_mode_secrets', 'DELETE /secure_mode_secrets/1']
  const [reader, writer] = [await tokenWith('read_secure_mode_secret'), await tokenWith('write_secure_mode_secret')]
  for (const route of routes) {
    const body = route.startsWith('POST') ? { name: 'x', supports_web: true } : undefined
    const { status, body: answer } = await t.call(route, body, { token: null })
    assert.equal(status, 401, route)
    assert.deepEqual(answer.errors, [{ code: 'unauthorized', message: 'Access Token Invalid' }])
    const without = route.startsWith('GET') ? writer : reader
    assert.equal((await t.call(route, body, { token: without })).status, 403, route)
  }
  assert.equal((await t.call('GET /secure_mode_secrets', undefined, { token: reader })).status, 200)
})

test('only the latest version has them', async () => {
  for (const version of ['2.16', '2.7']) {
    const { status, body } = await create(undefined, { version })
    assert.equal(status, 400)
    assert.equal(body.errors[0].code, 'intercom_version_invalid')
  }
})

test('a secret without a name, or for no platform, is refused', async () => {
  const cases: [object | undefined, string][] = [
    [{ supports_web: true }, 'name is required'],
    [{ name: '  ', supports_web: true }, 'name is required'],
    [{ name: 'x' }, 'One of supports_android, supports_ios and supports_web must be true'],
    [{ name: 'x', supports_web: false }, 'One of supports_android, supports_ios and supports_web must be true'],
  ]
  for (const [body, message] of cases) {
    const { status, body: answer } = await create(body)
    assert.equal(status, 422)
    assert.deepEqual(answer.errors, [{ code: 'parameter_invalid', message }])
  }
  assert.equal((await create({ name: 'x', supports_web: 'yes' })).status, 400)
  assert.equal((await create({ name: 'x'.repeat(256), supports_web: true })).status, 400)
  assert.deepEqual(await list(), [])
})

test('deleting an unknown secret is a 404', async () => {
  const other = await t.another()
  const theirs = await other.call('POST /secure_mode_secrets', { name: 'Theirs', supports_ios: true })
  for (const id of ['999999', 'x', theirs.body.id]) {
    const { status, body } = await t.call(`DELETE /secure_mode_secrets/${id}`)
    assert.equal(status, 404)
    assert.deepEqual(body.errors, [
      { code: 'identity_verification_secret_not_found', message: 'Identity verification secret not found' },
    ])
  }
  assert.equal((await other.call('GET /secure_mode_secrets')).body.data.length, 1)
})

test('a secret is shown once, stored encrypted, and deleted for good', async () => {
  const { status, body } = await create({
    name: ' All ',
    supports_web: true,
    supports_ios: true,
    supports_android: true,
  })
  assert.equal(status, 201)
  const { secret, created_at, id, ...rest } = body
  assert.equal(Buffer.from(secret, 'base64url').length, 32)
  assert.deepEqual(rest, {
    type: 'identity_verification_secret',
    name: 'All',
    supports_android: true,
    supports_ios: true,
    supports_web: true,
  })
  assert.deepEqual(await list(), [{ id, created_at, ...rest }])

  const kept = await sql<{ text: string }[]>`select s::text as text, secret from secure_mode_secrets s`
  for (const row of kept) {
    assert.ok(!row.text.includes(secret))
    assert.ok(!row.text.includes(Buffer.from(secret).toString('hex')))
  }

  const deleted = await t.call(`DELETE /secure_mode_secrets/${id}`)
  assert.deepEqual([deleted.status, deleted.text], [204, ''])
  assert.deepEqual(await list(), [])
  assert.equal((await t.call(`DELETE /secure_mode_secrets/${id}`)).status, 404)
})

test('the answer to an Idempotency-Key is repeated, and stored encrypted', async () => {
  const options = { headers: { 'idempotency-key': 'once' } }
  const [first, again] = [await create(undefined, options), await create(undefined, options)]
  assert.deepEqual([again.status, again.body], [201, first.body])
  const [kept] = await sql<{ text: string }[]>`select k::text as text from idempotency_keys k`
  assert.ok(!kept?.text.includes(first.body.secret))
  await t.call(`DELETE /secure_mode_secrets/${first.body.id}`)
})

test('a workspace has fifty at most', async () => {
  const { call } = await t.another()
  for (let n = 0; n < 50; n++)
    assert.equal((await call('POST /secure_mode_secrets', { name: `${n}`, supports_web: true })).status, 201)
  const { status, body } = await call('POST /secure_mode_secrets', { name: '51', supports_web: true })
  assert.equal(status, 422)
  assert.match(body.errors[0].message, /50 secrets already/)
})

test('/me shows whether identities are verified', async () => {
  const secure = async () => {
    const { app } = (await t.call('GET /me')).body
    return [app.secure, app.identity_verification]
  }
  assert.deepEqual(await secure(), [false, false])
  const { body } = await create()
  assert.deepEqual(await secure(), [true, true])
  await t.call(`DELETE /secure_mode_secrets/${body.id}`)
  assert.deepEqual(await secure(), [false, false])
})
