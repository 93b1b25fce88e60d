// The cookie of a signed-in teammate counts for the pages of this server alone: every write is tried from elsewhere.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testApp } from '../app.ts'
import { contentsOf } from '../contents.ts'
import { signIn } from '../sign-in.ts'

const t = await testApp()

type Route = { operation: string; method: string; url: string; auth: string }
const routes: Route[] = []
t.app.addHook('onRoute', ({ method, url, config }) => {
  const { operation } = config ?? {}
  if (operation) routes.push({ operation: operation.id, method: String(method), url, auth: operation.auth ?? 'token' })
})
await t.app.ready()
const { cookie, call } = await signIn(t)

/** The Host of injected requests is `localhost:80`. */
const OWN = 'http://localhost'
const FOREIGN: [from: string, headers: Record<string, string>][] = [
  ['another site', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }],
  ['another port of this host', { 'sec-fetch-site': 'same-site', origin: 'http://localhost:5173' }],
  ['another site that claims our origin', { 'sec-fetch-site': 'cross-site', origin: OWN }],
  ['an address that was typed', { 'sec-fetch-site': 'none' }],
  ['another site, in an old browser', { origin: 'https://evil.example' }],
  ['another port, in an old browser', { origin: 'http://localhost:5173' }],
  ['a host whose name begins as ours', { origin: 'http://localhost.evil.example' }],
  ['a sandboxed page, in an old browser', { origin: 'null' }],
  ['a browser that says nothing', {}],
]

const writes = () => routes.filter(({ method }) => !['GET', 'HEAD'].includes(method))
const requestOf = ({ method, url }: Route) => `${method} ${url.replace(/:\w+/g, '1')}`
const send = (route: string, headers: Record<string, string>) =>
  t.call(route, route.startsWith('GET') ? undefined : {}, { token: null, headers })

test('every write with the cookie is refused, whatever other page it comes from, and changes nothing', async () => {
  const before = await contentsOf(t.workspace)
  const taking = writes().filter(({ auth }) => auth === 'token')
  assert.ok(taking.length > 200, String(taking.length))
  for (const route of taking)
    for (const [from, headers] of FOREIGN) {
      const { status, text } = await send(requestOf(route), { cookie, ...headers })
      assert.equal(status, 403, `${route.operation} from ${from}: ${text}`)
    }
  assert.deepEqual(await contentsOf(t.workspace), before)
})

test('writes that take no token take no cookie either', async () => {
  const others = writes().filter(({ auth, operation }) => auth !== 'token' && operation !== 'createSignIn')
  assert.ok(others.length > 10)
  for (const route of others) {
    const [with_it, without] = [await send(requestOf(route), { cookie }), await send(requestOf(route), {})]
    assert.equal(with_it.status, without.status, route.operation)
  }
})

test('the same writes are not refused with a token, wherever they come from', async () => {
  for (const [, headers] of FOREIGN)
    assert.equal((await t.call('POST /tags', { name: 'By a token' }, { headers: { cookie, ...headers } })).status, 200)
})

test('our own pages read and write, in new browsers and old ones', async () => {
  const writing: Record<string, string>[] = [
    { 'sec-fetch-site': 'same-origin' },
    { 'sec-fetch-site': 'same-origin', origin: OWN },
    { origin: OWN },
  ]
  for (const headers of writing) assert.equal((await send('POST /tags', { cookie, ...headers })).status, 400) // It names no tag.
  for (const headers of [...writing, { 'sec-fetch-site': 'none' }, {}] as Record<string, string>[])
    assert.equal((await send('GET /tags', { cookie, ...headers })).status, 200)
})

test('a read of another page is refused, and no answer allows cookies of other origins', async () => {
  for (const headers of [
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { origin: 'https://evil.example' },
  ] as Record<string, string>[])
    assert.equal((await send('GET /tags', { cookie, ...headers })).status, 403)
  const origin = 'https://evil.example'
  const preflight = await t.app.inject({
    method: 'OPTIONS',
    url: '/tags',
    headers: { origin, 'access-control-request-method': 'POST' },
  })
  for (const { headers } of [
    preflight,
    await call('GET /tags'),
    await call('GET /tags', undefined, { headers: { origin } }),
  ])
    assert.equal(headers['access-control-allow-credentials'], undefined)
})

test('other cookies are no sign-in, and do not hide it', async () => {
  const own = { 'sec-fetch-site': 'same-origin' }
  for (const other of [
    ...['', 'x', 'interphone80=', 'interphone80', 'interphone80=a b', 'Interphone=x', 'xinterphone=x', '=', ';;;'],
    ...['interphone80=%00', `interphone80=${'x'.repeat(200)}`, `interphone80=${'x'.repeat(43)}`, '__Host-interphone=x'],
  ]) {
    const { status, body } = await send('GET /tags', { cookie: other, ...own })
    assert.equal(status, 401, other)
    assert.equal(body.errors[0].code, 'unauthorized')
  }
  assert.equal((await send('GET /tags', { cookie: `session=1; ${cookie};theme=dark`, ...own })).status, 200)
})
