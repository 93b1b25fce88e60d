// Starting messenger sessions: sad paths first.
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import { SignJWT, UnsecuredJWT } from 'jose'
import { testApp } from '../../../../test/app.ts'
import { topicsOf } from '../../../../test/events.ts'
import { aContact } from '../../../../test/factories.ts'
import { sessionToken } from './token.ts'

const t = await testApp()
const { sql } = t.database

type Tenant = Pick<typeof t, 'call' | 'created' | 'workspace'>

/** A workspace that verifies identities, with one of its secrets. */
async function enforcing() {
  const tenant: Tenant = await t.another()
  const { body } = await tenant.call('POST /secure_mode_secrets', { name: 'Web', supports_web: true })
  return { ...tenant, secret: body.secret as string, secret_id: body.id as string }
}

const signIn = (tenant: Tenant, body: object) =>
  tenant.call('POST /extensions/messenger/sessions', { app_id: tenant.created.id, ...body }, { token: null })
const look = (tenant: Tenant, token: string) =>
  tenant.call('GET /extensions/messenger/conversations', undefined, { token })
const hash = (secret: string, subject: string) => createHmac('sha256', secret).update(subject).digest('hex')
const bytes = (text: string) => new TextEncoder().encode(text)
const jwt = (secret: string, claims: Record<string, unknown>, alg = 'HS256') =>
  new SignJWT(claims).setProtectedHeader({ alg }).sign(bytes(secret))
const inSeconds = (seconds: number) => Math.floor(Date.now() / 1000) + seconds

async function columnsOf({ workspace }: Tenant, id: string) {
  const [row] = await sql`select * from contacts where workspace_id = ${workspace.id} and id = ${id}`
  return row as Record<string, unknown>
}

test('a session needs an existing workspace and a valid request', async () => {
  const unknown = await t.call(
    'POST /extensions/messenger/sessions',
    { app_id: 'nobody00', user_id: '1' },
    { token: null },
  )
  assert.equal(unknown.status, 404)
  assert.match(unknown.body.errors[0].message, /app_id/)
  const cases = [{ user_id: {} }, { email: 7 }, { session_duration: 5 }, { custom_attributes: [] }, { avatar: 'x' }]
  for (const body of cases) assert.equal((await signIn(t, body)).status, 400, JSON.stringify(body))
  const { status, body } = await signIn(t, { user_id: '1', email: 'no address' })
  assert.equal(status, 400)
  assert.match(body.errors[0].message, /^email 'no address'/)
})

test('if identities are verified, a user without proof, or with the proof of another, is refused', async () => {
  const shop = await enforcing()
  const { secret } = shop
  const other = await enforcing()
  const email = 'anna@example.com'
  const cases: [string, object][] = [
    ['no proof', { user_id: '7' }],
    ['no proof of an email', { email }],
    ['a proof that is nothing', { user_id: '7', user_hash: 'null' }],
    ['a wrong hash', { user_id: '7', user_hash: hash('another secret', '7') }],
    ['the hash of another workspace', { user_id: '7', user_hash: hash(other.secret, '7') }],
    ['the hash of another user', { user_id: '7', user_hash: hash(secret, '8') }],
    ['a hash of the email beside a user_id', { user_id: '7', email, user_hash: hash(secret, email) }],
    ['a hash that is cut', { user_id: '7', user_hash: hash(secret, '7').slice(0, 63) }],
    ['a JWT that is none', { intercom_user_jwt: 'x.y.z' }],
    ['a JWT of another secret', { intercom_user_jwt: await jwt(other.secret, { user_id: '7' }) }],
    ['a JWT without a signature', { intercom_user_jwt: new UnsecuredJWT({ user_id: '7' }).encode() }],
    ['a JWT of another algorithm', { intercom_user_jwt: await jwt(secret + secret, { user_id: '7' }, 'HS512') }],
    ['a JWT that is over', { intercom_user_jwt: await jwt(secret, { user_id: '7', exp: inSeconds(-90) }) }],
    ['a JWT that is not yet', { intercom_user_jwt: await jwt(secret, { user_id: '7', nbf: inSeconds(90) }) }],
    ['a JWT without a user_id', { intercom_user_jwt: await jwt(secret, { email }) }],
    ['the JWT of another user', { user_id: '8', intercom_user_jwt: await jwt(secret, { user_id: '7' }) }],
  ]
  for (const [what, body] of cases) {
    const { status, body: answer } = await signIn(shop, body)
    assert.equal(status, 401, what)
    assert.equal(answer.errors[0].code, 'unauthorized', what)
    assert.ok(!JSON.stringify(answer).includes(secret), what)
  }
  const { count } = await sql`select from contacts where workspace_id = ${shop.created.id}`
  assert.equal(count, 0)
  const none = await signIn(t, { intercom_user_jwt: await jwt(secret, { user_id: '7' }) })
  assert.equal(none.status, 401, 'a JWT where nobody can check it')
})

test('a hash of the user_id proves it, or of the email alone, with any of the secrets and in any case', async () => {
  const shop = await enforcing()
  const second = await shop.call('POST /secure_mode_secrets', { name: 'iOS', supports_ios: true })
  await shop.call('POST /contacts', { external_id: '7', email: 'anna@example.com' })
  const byId = await signIn(shop, { user_id: 7, email: 'anna@example.com', user_hash: hash(shop.secret, '7') })
  assert.equal(byId.status, 200, byId.text)
  const { contact } = byId.body
  assert.deepEqual(contact, { type: 'contact', id: contact.id, external_id: '7', role: 'user' })
  const user_hash = hash(second.body.secret, 'anna@example.com').toUpperCase()
  const byEmail = await signIn(shop, { email: 'anna@example.com', user_hash })
  assert.equal(byEmail.body.contact.id, contact.id)
})

test('a JWT proves it, and its claims take precedence over the page', async () => {
  const shop = await enforcing()
  await shop.call('POST /data_attributes', { name: 'plan', model: 'contact', data_type: 'string' })
  const claims = { user_id: 7, email: 'anna@example.com', name: 'Anna', plan: 'pro', exp: inSeconds(-30) }
  const { status, body } = await signIn(shop, {
    intercom_user_jwt: await jwt(shop.secret, { ...claims, seats: 3, trial_ends_at: 1_800_000_000, nested: { a: 1 } }),
    name: 'Somebody else',
    email: 'else@example.com',
    phone: '+12025550143',
    custom_attributes: { plan: 'enterprise' },
  })
  assert.equal(status, 200)
  assert.deepEqual(body.ignored_attributes, ['nested'])
  const row = await columnsOf(shop, body.contact.id)
  assert.deepEqual(
    [row['external_id'], row['email'], row['name'], row['phone']],
    ['7', 'anna@example.com', 'Anna', '+12025550143'],
  )
  assert.deepEqual(row['custom_attributes'], { plan: 'pro', seats: 3, trial_ends_at: 1_800_000_000 })
  const { body: attributes } = await shop.call('GET /data_attributes?model=contact')
  const made = attributes.data.filter((one: { custom: boolean }) => one.custom)
  assert.deepEqual(
    made.map((one: Record<string, unknown>) => [one['name'], one['data_type'], one['messenger_writable']]),
    [
      ['plan', 'string', false],
      ['seats', 'integer', false],
      ['trial_ends_at', 'date', false],
    ],
  )
})

test('what a page says of attributes is only saved if they are messenger_writable', async () => {
  const tenant = await t.another()
  const attribute = { model: 'contact', data_type: 'integer' }
  await tenant.call('POST /data_attributes', { ...attribute, name: 'clicks', messenger_writable: true })
  await tenant.call('POST /data_attributes', { ...attribute, name: 'balance' })
  const custom_attributes = { clicks: 4, balance: 1_000_000, unheard_of: 'x' }
  const { body } = await signIn(tenant, { user_id: '1', custom_attributes })
  assert.deepEqual(body.ignored_attributes.sort(), ['balance', 'unheard_of'])
  assert.deepEqual((await columnsOf(tenant, body.contact.id))['custom_attributes'], { clicks: 4 })
  const wrong = await signIn(tenant, { user_id: '1', custom_attributes: { clicks: 'many' } })
  assert.deepEqual([wrong.status, wrong.body.ignored_attributes], [200, ['clicks']])
})

test('if identities are not verified, every identity is accepted', async () => {
  const tenant = await t.another()
  const reported = { utm_source: 'letter', referrer: 'https://example.com/' }
  const first = await signIn(tenant, {
    user_id: 'u1',
    email: 'bo@example.com',
    name: 'Bo',
    user_hash: 'x',
    ...reported,
  })
  assert.equal(first.status, 200)
  const { id } = first.body.contact
  assert.deepEqual(await topicsOf(tenant.workspace, id), ['contact.user.created'])
  const row = await columnsOf(tenant, id)
  assert.ok(row['last_seen_at'])
  assert.deepEqual(row['messenger'], reported)
  const again = await signIn(tenant, { user_id: 'u1', name: 'Bob', email: '', phone: 'undefined' })
  assert.equal(again.body.contact.id, id)
  const { name, email, phone } = await columnsOf(tenant, id)
  assert.deepEqual([name, email, phone], ['Bob', 'bo@example.com', null])
  assert.equal((await signIn(tenant, { email: 'BO@example.com' })).body.contact.id, id)
  assert.deepEqual(await topicsOf(tenant.workspace, id), [
    'contact.user.created',
    'contact.user.updated',
    'contact.email.updated',
    'contact.user.updated',
  ])
})

test('a user who was known by email alone gets the user_id; an unproven email is not enough', async () => {
  const tenant = await t.another()
  const known = await aContact(tenant.workspace, { email: 'cleo@example.com' })
  assert.equal((await signIn(tenant, { user_id: 'c', email: 'cleo@example.com' })).body.contact.id, known)

  const shop = await enforcing()
  const theirs = await aContact(shop.workspace, { email: 'cleo@example.com' })
  const user_hash = hash(shop.secret, 'mallory')
  const claimed = await signIn(shop, { user_id: 'mallory', email: 'cleo@example.com', user_hash })
  assert.equal(claimed.status, 200)
  assert.notEqual(claimed.body.contact.id, theirs)
  const signed = await jwt(shop.secret, { user_id: 'c', email: 'cleo@example.com' })
  assert.equal((await signIn(shop, { intercom_user_jwt: signed })).body.contact.id, theirs)
})

test('a blocked contact is refused, an archived one is unarchived, a deleted one is not restored', async () => {
  const tenant = await t.another()
  const { body } = await signIn(tenant, { user_id: 'u' })
  const { id } = body.contact
  await tenant.call(`POST /contacts/${id}/archive`)
  assert.equal((await look(tenant, body.token)).status, 401)
  assert.equal((await signIn(tenant, { user_id: 'u' })).body.contact.id, id)
  assert.equal((await tenant.call(`GET /contacts/${id}`)).status, 200)
  assert.equal((await look(tenant, body.token)).status, 200)
  await sql`update contacts set blocked_at = now() where id = ${id}`
  assert.equal((await signIn(tenant, { user_id: 'u' })).status, 403)
  assert.equal((await look(tenant, body.token)).status, 403)
  await sql`update contacts set blocked_at = null where id = ${id}`
  await tenant.call(`DELETE /contacts/${id}`)
  assert.equal((await signIn(tenant, { user_id: 'u' })).status, 409)
  assert.equal((await look(tenant, body.token)).status, 401)
})

test('a session is nothing but a session: forged, expired and foreign ones and API tokens are refused', async () => {
  const tenant = await t.another()
  const { body } = await signIn(tenant, { user_id: 'u', session_duration: 1_000 })
  const [contents = '', signature = ''] = body.token.split('.')
  const read = JSON.parse(Buffer.from(contents, 'base64url').toString())
  const forge = (change: object) =>
    `${Buffer.from(JSON.stringify({ ...read, ...change })).toString('base64url')}.${signature}`
  const refused = [
    ...['', 'x', `${body.token}x`, tenant.created.token, t.created.token],
    ...[forge({ workspace_id: t.created.id }), forge({ contact_id: 'x' }), forge({ expires_at: 9e9 })],
    sessionToken('another secret', read),
    sessionToken('a secret for tests', { ...read, workspace_id: 'nowhere0' }),
    sessionToken('a secret for tests', { ...read, workspace_id: t.created.id }),
  ]
  for (const token of refused) assert.equal((await look(tenant, token)).status, 401, token)
  assert.equal((await look(tenant, body.token)).status, 200)
  for (const route of [
    'GET /me',
    'GET /contacts',
    'GET /extensions/sandbox/messages',
    'POST /extensions/sandbox/reset',
  ])
    assert.equal((await tenant.call(route, undefined, { token: body.token })).status, 401, route)
  await new Promise((resolve) => setTimeout(resolve, 2_000))
  const over = await look(tenant, body.token)
  assert.equal(over.status, 401)
  assert.equal(over.body.errors[0].message, 'The session has expired')
})

test('a session ends with the secret that proved it, and an unproven one ends when proof becomes required', async () => {
  const tenant = await t.another()
  const unproven = (await signIn(tenant, { user_id: 'u' })).body.token
  const visitor = (await signIn(tenant, {})).body.token
  const { body: secret } = await tenant.call('POST /secure_mode_secrets', { name: 'Web', supports_web: true })
  assert.equal((await look(tenant, unproven)).status, 401)
  assert.equal((await look(tenant, visitor)).status, 200)
  const { body } = await signIn(tenant, { user_id: 'u', user_hash: hash(secret.secret, 'u') })
  await tenant.call('POST /secure_mode_secrets', { name: 'Next', supports_web: true })
  assert.equal((await look(tenant, body.token)).status, 200)
  await tenant.call(`DELETE /secure_mode_secrets/${secret.id}`)
  assert.equal((await look(tenant, body.token)).status, 401)
})

test('a visitor becomes a lead with the first message, and is recognized by their anonymous_id', async () => {
  const tenant = await enforcing()
  const first = (await signIn(tenant, { user_id: null, email: 'undefined' })).body
  assert.equal(first.contact, null)
  assert.deepEqual((await look(tenant, first.token)).body.conversations, [])
  const count = async () => (await sql`select from contacts where workspace_id = ${tenant.created.id}`).count
  assert.equal(await count(), 0)

  const write = () =>
    tenant.call('POST /extensions/messenger/conversations', { body: 'Hello?' }, { token: first.token })
  const both = await Promise.all([write(), write()])
  assert.deepEqual(
    both.map(({ status }) => status),
    [200, 200],
  )
  assert.equal(await count(), 1)
  assert.equal((await look(tenant, first.token)).body.total_count, 2)

  const { body: again } = await signIn(tenant, { anonymous_id: first.anonymous_id })
  assert.deepEqual([again.contact.role, again.contact.external_id], ['lead', first.visitor_id])
  assert.equal((await look(tenant, again.token)).body.total_count, 2)
  assert.deepEqual(await topicsOf(tenant.workspace, again.contact.id), ['contact.lead.created'])

  for (const anonymous_id of [first.visitor_id, again.contact.id, 'x-y', `1${first.anonymous_id}`]) {
    const { body } = await signIn(tenant, { anonymous_id })
    assert.notEqual(body.visitor_id, first.visitor_id)
    assert.equal(body.contact, null)
  }
  assert.equal((await signIn(await t.another(), { anonymous_id: first.anonymous_id })).body.contact, null)
  await tenant.call(`DELETE /contacts/${again.contact.id}`)
  assert.notEqual((await signIn(tenant, { anonymous_id: first.anonymous_id })).body.visitor_id, first.visitor_id)
})

test('two concurrent sessions of the same new user create one contact', async () => {
  const tenant = await t.another()
  const both = await Promise.all([1, 2, 3].map(() => signIn(tenant, { user_id: 'new', email: 'new@example.com' })))
  assert.equal(new Set(both.map(({ body }) => body.contact?.id)).size, 1)
})

test('while a contact uses a messenger, last_seen_at is updated once a minute', async () => {
  const tenant = await t.another()
  const { token, contact } = (await signIn(tenant, { user_id: 'u' })).body
  const seen = async () => (await columnsOf(tenant, contact.id))['last_seen_at'] as Date
  const at = await seen()
  await look(tenant, token)
  assert.deepEqual(await seen(), at)
  await sql`update contacts set last_seen_at = now() - interval '2 minutes' where id = ${contact.id}`
  await look(tenant, token)
  assert.ok((await seen()) >= at)
})
