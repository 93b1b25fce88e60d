// The log of requests: what an integration called, without secrets and without the calls of pages.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { insertToken } from '#workspaces/tokens.ts'
import { testApp } from '../../../test/app.ts'
import { aContact } from '../../../test/factories.ts'
import { signIn } from '../../../test/sign-in.ts'
import { removeOldRequests, trimRequests } from './queries.ts'

const t = await testApp({ stores_requests: true })
const { call, workspace } = t
const { sql } = t.database
const another = await t.another()
const PATH = '/extensions/requests'

// biome-ignore lint/suspicious/noExplicitAny: a test reads whatever shape an answer has
type Logged = any

const listed = async (query = '', as = call): Promise<Logged[]> => {
  const { status, body, text } = await as(`GET ${PATH}?${query}`)
  assert.equal(status, 200, text)
  return body.data
}
/** Returns the newest entry, with both bodies. It is that of the call before. */
async function newest(): Promise<Logged> {
  const [{ id }] = await listed('per_page=1')
  return (await call(`GET ${PATH}/${id}`)).body
}

test('an unknown entry, one of another workspace, and a query that is none are refused', async () => {
  await another.call('POST /tags', { name: 'Theirs' })
  const [theirs] = await listed('', another.call)
  for (const id of ['0', 'x', '99999999999999999999', theirs.id]) {
    assert.equal((await call(`GET ${PATH}/${id}`)).status, 404, id)
  }
  for (const query of ['q=', 'method=HEAD', 'status=600', 'status=4x', 'status=x', 'starting_after=x'])
    assert.equal((await call(`GET ${PATH}?${query}`)).status, 400, query)
  assert.equal((await call(`GET ${PATH}`, undefined, { token: null })).status, 401)
})

test('without the setting nothing is stored, and the list says so', async () => {
  const off = await testApp()
  await off.call('POST /tags', { name: 'Unseen' })
  const { body } = await off.call(`GET ${PATH}`)
  assert.deepEqual([body.data, body.is_on], [[], false])
})

test('a request is shown with both bodies, its token, its version, and what it made', async () => {
  const to = await aContact(workspace, { email: 'anna@example.com' })
  const sent = {
    message_type: 'email',
    subject: 'Hello',
    body: 'There',
    template: 'plain',
    from: { type: 'admin', id: t.created.admin_id },
    to: { type: 'user', id: to },
  }
  const headers = { 'x-request-id': 'of-this-test', 'user-agent': 'A test' }
  const answer = await call('POST /messages?x=1', sent, { version: '2.11', headers })
  assert.equal(answer.status, 200)
  const { id, ms, at, request, response, ...entry } = await newest()
  assert.deepEqual(entry, {
    type: 'request',
    method: 'POST',
    path: '/messages?x=1',
    operation: 'createMessage',
    status: 200,
    version: '2.11',
    token: { id: entry.token.id, name: 'First token' },
    request_id: 'of-this-test',
    made: [{ type: 'message', id: answer.body.id }],
  })
  assert.ok(ms > 0 && Math.abs(at - Date.now() / 1000) < 60 && id)
  assert.deepEqual(JSON.parse(request.body), sent)
  assert.deepEqual(JSON.parse(response.body), answer.body)
  assert.deepEqual([request.is_cut, response.is_cut], [false, false])
  assert.equal(request.headers['user-agent'], 'A test')
  assert.equal(request.headers.authorization, '[hidden]')
  assert.equal(response.headers['x-request-id'], 'of-this-test')
})

test('refusals are shown: of a scope, of a version, of a body', async () => {
  const limited = 'a-token-for-reading-admins'
  await insertToken(
    sql,
    workspace.id,
    limited,
    { name: 'Limited', admin_id: workspace.admin_id, scopes: ['read_admins'] },
    new Date(),
  )
  await call('GET /contacts', undefined, { token: limited })
  assert.deepEqual((({ status, token, version }) => [status, token.name, version])(await newest()), [
    403,
    'Limited',
    null,
  ])
  await call('GET /tags', undefined, { version: '9.9' })
  assert.match((await newest()).response.body, /intercom_version_invalid/)
  await call('POST /tags', '{"name": ', { headers: { 'content-type': 'application/json' } })
  const broken = await newest()
  assert.deepEqual([broken.status, broken.request.body, broken.made], [400, '{"name": ', []])
  await call('GET /nowhere/at/all')
  assert.deepEqual(await listed('q=nowhere'), [], 'an unknown path takes no token')
})

test('secrets of every kind are stored nowhere', async () => {
  const secrets = ['s3cr3t-of-webhooks', 'p4ssw0rd', 'k3y-of-twilio']
  await call('POST /extensions/webhook_subscriptions', {
    url: null,
    topics: ['contact.user.created'],
    secret: `${secrets[0]}-16-and-more`,
  })
  await call('POST /extensions/channels', {
    channel: 'email',
    provider: 'smtp',
    settings: { smtp_url: `smtp://u:${secrets[1]}@127.0.0.1:1` },
  })
  await call('POST /extensions/channels', { channel: 'sms', credentials: { auth_token: secrets[2] } })
  await call(`GET /tags?access_token=${secrets[1]}`)
  const { body } = await call('POST /extensions/workspaces', { name: 'Another' })
  await listed()
  const rows = await sql<
    { text: string }[]
  >`select requests::text as text from requests where workspace_id = ${workspace.id}`
  assert.ok(rows.length > 4)
  for (const { text } of rows)
    for (const secret of [...secrets, body.token, t.created.token])
      assert.ok(!text.includes(secret), `${secret} in ${text}`)
})

test('a long body is cut, and says so', async () => {
  await call('POST /tags', { name: 'x'.repeat(300), more: 'y'.repeat(20_000) })
  const { request } = await newest()
  assert.deepEqual([request.body.length, request.is_cut], [16_000, true])
  await call('POST /tags', { token: 'hidden-although-cut', more: 'y'.repeat(100_000) })
  const cut = (await newest()).request
  assert.ok(cut.is_cut && cut.body.startsWith('{"token":"[hidden]"'), cut.body.slice(0, 60))
})

test('calls of pages are not logged, and calls under /extensions with a token are', async () => {
  const before = await listed()
  const ada = await signIn(t)
  for (const route of ['GET /tags', 'GET /extensions/sandbox/faults', `GET ${PATH}`]) await ada.call(route)
  const [first] = await listed('', ada.call)
  assert.equal(first.id, (await listed('per_page=1', ada.call))[0].id)
  const [own] = before
  await call('GET /extensions/sandbox/faults')
  const [faults, ...rest] = await listed()
  assert.deepEqual([faults.operation, faults.made], ['listFaults', []])
  assert.ok(rest.some(({ id }) => id === own.id))
})

test('requests are found by path, method, status, operation and x-request-id', async () => {
  const of = await t.another()
  const ids: Record<string, string> = {}
  for (const [name, route, body] of [
    ['tag', 'POST /tags', { name: 'VIP' }],
    ['none', 'GET /contacts/nobody', undefined],
    ['list', 'GET /contacts?per_page=5', undefined],
  ] as const) {
    await of.call(route, body, { headers: { 'x-request-id': `find-${name}` } })
    ids[name] = (await listed(`q=find-${name}`, of.call))[0].id
  }
  const cases: [query: string, found: string[]][] = [
    ['q=per_page', ['list']],
    ['q=CONTACTS', ['list', 'none']],
    ['q=createtag', ['tag']],
    ['q=find-no', []],
    ['q=%25', []],
    ['method=POST', ['tag']],
    ['method=DELETE', []],
    ['status=404', ['none']],
    ['status=4xx', ['none']],
    ['status=2xx&q=/contacts', ['list']],
    ['operation=ListContacts', ['list']],
    ['operation=nothing', []],
  ]
  for (const [query, found] of cases) {
    const entries = (await listed(`${query}`, of.call)).filter(({ operation }) => operation !== 'listRequests')
    assert.deepEqual(
      entries.map(({ id }) => id),
      found.map((name) => ids[name]),
      query,
    )
  }
})

test('a captured message leads to the request that made it', async () => {
  const to = await aContact(workspace, { email: 'bo@example.com' })
  const from = { type: 'admin', id: t.created.admin_id }
  const { body } = await call('POST /messages', {
    message_type: 'in_app',
    body: 'x',
    from,
    to: { type: 'user', id: to },
  })
  const { id } = await newest()
  const [row] = await sql<{ id: string }[]>`
    insert into captured_messages (workspace_id, delivery_id, channel, sender, recipient, rendered, captured_at)
    select workspace_id, id, channel, 'x', address, '{}', now() from deliveries
    where workspace_id = ${workspace.id} and message_id = ${body.id} returning id`
  assert.equal((await call(`GET /extensions/sandbox/messages/${row!.id}`)).body.request_id, id)
  await call('POST /extensions/sandbox/reset')
})

test('the newest thousand are kept, for three days', async () => {
  const of = await t.another()
  await sql`
    insert into requests (workspace_id, method, path, status, ms, request_id, requested_at, made, request_headers,
      request_is_cut, response_headers, response_is_cut)
    select ${of.workspace.id}, 'GET', n::text, 200, 1, 'x', now() - (n = 1200)::int * interval '4 days', '[]', '{}', false,
      '{}', false
    from generate_series(1, 1200) n`
  const kept = async () => {
    const [row] = await sql<[{ count: number; first: number }]>`
      select count(*)::int as count, min(path::int) as first from requests where workspace_id = ${of.workspace.id}`
    return [row.count, row.first]
  }
  await trimRequests(sql, [of.workspace.id, workspace.id])
  assert.deepEqual(await kept(), [1000, 201])
  await removeOldRequests(sql)
  assert.deepEqual(await kept(), [999, 201])
})

test('when more come than can be written, entries are dropped, and no request', async () => {
  const of = await t.another()
  const answers = await Promise.all(Array.from({ length: 400 }, () => of.call('GET /tags')))
  assert.ok(answers.every(({ status }) => status === 200))
  const { body } = await of.call(`GET ${PATH}?operation=listTags`)
  assert.ok(body.total_count > 0 && body.total_count <= 400, body.total_count)
})

test('a request that is nested too deeply is logged, and so are those beside it', async () => {
  await Promise.all([
    another.call('POST /tags', { name: 'Beside it' }),
    call('POST /contacts', `{"email":${'['.repeat(30_000)}${']'.repeat(30_000)}}`, {
      headers: { 'content-type': 'application/json' },
    }),
  ])
  const [mine, theirs] = [await listed('per_page=1'), await listed('per_page=1', another.call)]
  assert.deepEqual([mine[0].path, mine[0].status], ['/contacts', 400])
  assert.equal(theirs[0].path, '/tags')
})
