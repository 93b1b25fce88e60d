// The IP allowlist: sad paths first.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { allowAllIps } from '#commands/workspaces.ts'
import { insertToken, newTokenText } from '#workspaces/tokens.ts'
import { testApp } from '../../../test/app.ts'
import { aLink, OWN_PAGE, signIn } from '../../../test/sign-in.ts'

const t = await testApp({ trusted_proxies: ['127.0.0.1'] })
const PATH = '/ip_allowlist'
const HOME = '203.0.113.9'

/** Calls from an address, as a trusted proxy passes it on. */
const from = (ip: string, call = t.call) => ({
  get: (path = PATH) => call(`GET ${path}`, undefined, { headers: { 'x-forwarded-for': ip } }),
  put: (body: unknown) => call(`PUT ${PATH}`, body, { headers: { 'x-forwarded-for': ip } }),
})
const home = from(HOME)
const off = () => home.put({ enabled: false, ip_allowlist: [] })

async function tokenWith(scopes: string[]) {
  const text = newTokenText()
  await insertToken(t.database.sql, t.created.id, text, { name: 'x', admin_id: t.created.admin_id, scopes }, new Date())
  return text
}

test('both operations need a token and its scope', async () => {
  const limited = await tokenWith(['read_admins'])
  const manager = await tokenWith(['manage_ip_allowlist'])
  for (const [route, body] of [[`GET ${PATH}`], [`PUT ${PATH}`, { enabled: false }]] as [string, object?][]) {
    for (const [token, status] of [
      [null, 401],
      [limited, 403],
      [manager, 200],
    ] as const)
      assert.equal((await t.call(route, body, { token })).status, status, `${route} ${status}`)
  }
})

test('versions before 2.14 do not have it', async () => {
  for (const [version, status] of [
    ['2.7', 400],
    ['2.13', 400],
    ['2.14', 200],
    ['2.16', 200],
    ['Preview', 200],
  ] as const)
    assert.equal((await t.call(`GET ${PATH}`, undefined, { version })).status, status, version)
})

test('at first it is off and empty', async () => {
  const { call } = await t.another()
  assert.deepEqual((await call(`GET ${PATH}`)).body, { type: 'ip_allowlist', enabled: false, ip_allowlist: [] })
})

test('what is no list of addresses is refused, and nothing is changed', async () => {
  const wrong: [body: unknown, status: number][] = [
    [{ ip_allowlist: ['example.com'] }, 422],
    [{ ip_allowlist: [''] }, 422],
    [{ ip_allowlist: ['10.0.0.1', '10.0.0.256'] }, 422],
    [{ ip_allowlist: ['10.0.0.0/33'] }, 422],
    [{ ip_allowlist: ['10.0.0.0/'] }, 422],
    [{ ip_allowlist: ['10.0.0.0-10.0.0.9'] }, 422],
    [{ ip_allowlist: ['10.0.0.1:80'] }, 422],
    [{ ip_allowlist: ['::/129'] }, 422],
    [{ ip_allowlist: ['[::1]'] }, 422],
    [{ ip_allowlist: ['10.0.0.1', 'x'.repeat(65)] }, 400],
    [{ ip_allowlist: '10.0.0.1' }, 400],
    [{ ip_allowlist: [null] }, 400],
    [{ ip_allowlist: Array(1_001).fill('10.0.0.1') }, 400],
    [{ enabled: 'perhaps' }, 400],
    [[], 400],
  ]
  for (const [body, status] of wrong) {
    const answer = await home.put(body)
    assert.deepEqual([answer.status, answer.body.errors[0].code], [status, 'parameter_invalid'], JSON.stringify(body))
  }
  assert.deepEqual((await home.get()).body, { type: 'ip_allowlist', enabled: false, ip_allowlist: [] })
})

test('a change that would lock the caller out is refused with the address', async () => {
  const lockouts = [
    { enabled: true },
    { enabled: true, ip_allowlist: [] },
    { enabled: true, ip_allowlist: ['203.0.113.8'] },
    { enabled: true, ip_allowlist: ['203.0.114.0/24', '2001:db8::/32'] },
  ]
  for (const body of lockouts) {
    const answer = await home.put(body)
    assert.deepEqual(
      [answer.status, answer.body.errors],
      [
        422,
        [
          {
            code: 'parameter_invalid',
            message: `Your IP (${HOME}) is not on the allowlist. Saving would lock you out of this workspace.`,
          },
        ],
      ],
      JSON.stringify(body),
    )
  }
  await home.put({ enabled: true, ip_allowlist: [HOME] })
  assert.equal((await home.put({ ip_allowlist: ['10.0.0.1'] })).status, 422)
  assert.deepEqual((await home.get()).body, { type: 'ip_allowlist', enabled: true, ip_allowlist: [HOME] })
  assert.equal((await off()).status, 200)
})

test('while it is on, calls from other addresses are refused; other workspaces are not concerned', async () => {
  const list = [' 203.0.113.0/28 ', '198.51.100.7', '2001:db8:1::/48', '198.51.100.7']
  const saved = await home.put({ enabled: true, ip_allowlist: list })
  assert.deepEqual(saved.body.ip_allowlist, ['203.0.113.0/28', '198.51.100.7', '2001:db8:1::/48'])
  const callers: [ip: string, status: number][] = [
    ['203.0.113.9', 200],
    ['203.0.113.15', 200],
    ['203.0.113.16', 403],
    ['198.51.100.7', 200],
    ['198.51.100.8', 403],
    ['::ffff:198.51.100.7', 200],
    ['::ffff:198.51.100.8', 403],
    ['2001:db8:1:2::3', 200],
    ['2001:db8:2::3', 403],
    ['127.0.0.2', 403],
  ]
  const other = await t.another()
  for (const [ip, status] of callers) {
    for (const path of [PATH, '/me', '/extensions/demo'])
      assert.equal((await from(ip).get(path)).status, status, `${ip} ${path}`)
    assert.equal((await from(ip, other.call).get('/me')).status, 200)
  }
  const refused = await from('::ffff:198.51.100.8').get('/me')
  const message = 'Your IP (198.51.100.8) is not on the allowlist of this workspace'
  assert.deepEqual(refused.body.errors, [{ code: 'forbidden', message }])
  assert.equal((await from('198.51.100.8').put({ enabled: false })).status, 403)
  await off()
  assert.equal((await from('198.51.100.8').get('/me')).status, 200)
})

test('an address that no trusted proxy says does not count', async () => {
  await home.put({ enabled: true, ip_allowlist: [HOME] })
  const { statusCode } = await t.app.inject({
    url: '/me',
    remoteAddress: '198.51.100.9',
    headers: { authorization: `Bearer ${t.created.token}`, 'x-forwarded-for': HOME },
  })
  assert.equal(statusCode, 403)
  await off()
})

test('messengers, and callbacks of providers, are not calls of the API', async () => {
  await home.put({ enabled: true, ip_allowlist: [HOME] })
  const headers = { 'x-forwarded-for': '198.51.100.9' }
  const { status } = await t.call(
    'POST /extensions/messenger/sessions',
    { app_id: t.created.id, email: 'anna@example.com' },
    { token: null, headers },
  )
  assert.equal(status, 200)
  const mail = await t.call('POST /webhooks/email', undefined, { headers })
  assert.notEqual(mail.status, 403)
  await off()
})

test('a change is in the activity log', async () => {
  await home.put({ ip_allowlist: ['192.0.2.1'] })
  const { body } = await t.call('GET /admins/activity_logs?created_at_after=0')
  const [activity] = body.activity_logs
  assert.equal(activity.activity_type, 'security_settings_change')
  assert.deepEqual(activity.metadata, { enabled: false, ip_allowlist: ['192.0.2.1'] })
})

test('the command line turns it off, and keeps the addresses', async () => {
  const away = await t.another()
  await from(HOME, away.call).put({ enabled: true, ip_allowlist: [HOME] })
  await allowAllIps(t.database.sql, away.created.id)
  const { body } = await from(HOME, away.call).get()
  assert.deepEqual(body, { type: 'ip_allowlist', enabled: false, ip_allowlist: [HOME] })
})

test('from another address nobody signs in or uses a sign-in, and a link stays good for its hour', async () => {
  const of = await t.another()
  const secret = await aLink(of)
  const session = await signIn(of)
  const here = from(HOME, of.call)
  assert.equal((await here.put({ enabled: true, ip_allowlist: [HOME] })).status, 200)
  const signInFrom = (ip: string, body: object) =>
    of.call('POST /extensions/sign-ins', body, { token: null, headers: { ...OWN_PAGE, 'x-forwarded-for': ip } })
  for (const body of [{ secret }, { access_token: of.created.token }]) {
    const { status, text, headers } = await signInFrom('198.51.100.7', body)
    assert.deepEqual([status, headers['set-cookie']], [403, undefined], text)
    assert.match(text, /198\.51\.100\.7.*not on the allowlist/)
  }
  assert.equal((await signInFrom('198.51.100.7', { secret: 'x' })).status, 401)
  for (const [ip, status] of [
    ['198.51.100.7', 403],
    [HOME, 200],
  ] as const)
    assert.equal((await session.call('GET /me', undefined, { headers: { 'x-forwarded-for': ip } })).status, status)
  for (const body of [{ secret }, { access_token: of.created.token }])
    assert.equal((await signInFrom(HOME, body)).status, 201)
  assert.equal((await here.get('/extensions/sign-ins')).body.total_count, 3)
})
