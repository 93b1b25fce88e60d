// Unknown and malformed URLs, parameters out of bounds, and CORS.
import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { type Answer, testApp } from '../app.ts'
import { aContact } from '../factories.ts'

const t = await testApp()

function assertRefused({ status, body, headers, text }: Answer, expected: number, code: string, message?: string) {
  assert.equal(status, expected, text)
  assert.equal(body?.type, 'error.list', text)
  assert.equal(body.request_id, headers['x-request-id'])
  assert.equal(body.errors[0].code, code)
  if (message) assert.equal(body.errors[0].message, message)
  assert.doesNotMatch(text, /\bat \S+:\d+|node_modules|\.ts\b/)
}

test('an unknown URL is not found, with a token or without', async () => {
  for (const route of [
    'GET /',
    'GET /nothing',
    'POST /tags/1/2/3',
    'GET /TAGS',
    'GET //tags',
    'GET /tags//1',
    'GET /v1/tags',
  ]) {
    assertRefused(await t.call(route), 404, 'not_found', 'Resource Not Found')
    assertRefused(await t.call(route, undefined, { token: null }), 404, 'not_found')
  }
})

test('a URL with an unsupported method is not found', async () => {
  for (const route of ['PATCH /tags', 'PUT /tags', 'DELETE /tags', 'PATCH /contacts/1', 'POST /me', 'GET /messages']) {
    assertRefused(await t.call(route, {}), 404, 'not_found', 'Resource Not Found')
  }
  for (const method of ['HEAD', 'TRACE', 'PROPFIND']) {
    assert.equal((await t.app.inject({ method: method as 'HEAD', url: '/tags' })).statusCode, 404, method)
  }
})

test('a slash at the end makes no difference', async () => {
  const { body: tag } = await t.call('POST /tags/', { name: 'Slash' })
  assert.equal((await t.call(`GET /tags/${tag.id}/`)).body.name, 'Slash')
  assert.equal((await t.call('GET /tags/?x=1')).status, 200)
})

test('a path with a broken percent sign is malformed', async () => {
  for (const path of ['/tags/%zz', '/contacts/%', '/contacts/%E0%A4%A', '/%zz', '/contacts/find_by_external_id/100%']) {
    assertRefused(await t.call(`GET ${path}`), 400, 'bad_request')
  }
})

test('a query with a broken percent sign is accepted as it is', async () => {
  assert.equal((await t.call('GET /tags?x=%zz&%=1&&=&a=b=c')).status, 200)
  assertRefused(await t.call('GET /contacts?starting_after=%zz'), 400, 'client_error')
})

test('a path that is too long for any id is not found', async () => {
  for (const length of [600, 10_000]) {
    assertRefused(await t.call(`GET /contacts/${'x'.repeat(length)}`), 404, 'not_found')
  }
})

test('a NUL character in a URL is refused or not found', async () => {
  const routes = [
    'GET /contacts/a%00b',
    'GET /tags/%00',
    'PUT /contacts/%00',
    'GET /contacts/find_by_external_id/a%00b',
  ]
  for (const route of [
    ...routes,
    'GET /extensions/deliveries/%00',
    'DELETE /extensions/workspaces/%00',
    'GET /conversations/%00',
  ]) {
    const { status, body } = await t.call(route, route.startsWith('PUT') ? { name: 'x' } : undefined)
    assert.ok(status === 400 || status === 404, `${route}: ${status}`)
    assert.equal(body.type, 'error.list')
  }
  for (const query of [
    '/contacts?starting_after=%00',
    '/messages/status?ruleset_id=%00',
    '/messages/whatsapp/status?message_id=%00',
  ]) {
    const { status, text } = await t.call(`GET ${query}`)
    assert.ok(status === 400 || status === 404 || status === 200, `${query}: ${status} ${text}`)
  }
  for (const query of [
    '/companies?company_id=%00',
    '/companies/scroll?scroll_param=%00',
    '/events?type=user&user_id=a%00',
  ]) {
    const answer = await t.call(`GET ${query}`)
    assertRefused(answer, 400, 'parameter_invalid', 'A value in the request contains a NUL character')
  }
  const captured = await t.call('GET /extensions/sandbox/messages?to=a%00b')
  assert.ok(captured.status < 500, captured.text)
})

test('ids of any characters are percent-encoded', async () => {
  for (const external_id of [
    'a b',
    'anna@example.com',
    'a/b',
    'a?b#c',
    '100%',
    'ü 日本',
    'a+b',
    '%2F',
    "'; drop table contacts",
  ]) {
    const id = await aContact(t.workspace, { external_id })
    const found = await t.call(`GET /contacts/find_by_external_id/${encodeURIComponent(external_id)}`)
    assert.equal(found.body.id, id, external_id)
  }
})

test('a repeated parameter is refused if one is expected', async () => {
  assertRefused(await t.call('GET /contacts?per_page=1&per_page=2'), 400, 'parameter_invalid')
  assertRefused(await t.call('GET /contacts?starting_after=a&starting_after=b'), 400, 'parameter_invalid')
})

test('a page size out of bounds is clamped, and one that is not a number is refused', async () => {
  await aContact(t.workspace)
  for (const [per_page, expected] of [
    ['0', 1],
    ['-5', 1],
    ['151', 150],
    ['9007199254740991', 150],
  ] as const) {
    assert.equal((await t.call(`GET /contacts?per_page=${per_page}`)).body.pages.per_page, expected)
  }
  for (const per_page of ['x', '1.5', '1e400', 'NaN', '0x10', '', 'null']) {
    const { status } = await t.call(`GET /contacts?per_page=${per_page}`)
    assert.ok(status === 400 || status === 200, per_page)
  }
})

test('a forged cursor is refused', async () => {
  await aContact(t.workspace)
  const { body } = await t.call('GET /contacts?per_page=1')
  const real: string = body.pages.next.starting_after
  const [value, id, page] = JSON.parse(Buffer.from(real, 'base64').toString())
  const forged = [
    [value, id, 'x'],
    [value, id, 1e99],
    [value, "' or 1=1", page],
    ['not a time', id, page],
    [null, null, null],
    {},
    [value],
    ['infinity', id, page],
    ['99999-01-01', 'abc', page],
  ].map((cursor) => Buffer.from(JSON.stringify(cursor)).toString('base64'))
  for (const cursor of [real.slice(0, -6), `${real}x`, 'x', '%', ...forged]) {
    for (const answer of [
      await t.call(`GET /contacts?starting_after=${encodeURIComponent(cursor)}`),
      await t.call('POST /contacts/search', {
        query: { field: 'role', operator: '=', value: 'user' },
        pagination: { starting_after: cursor },
      }),
    ]) {
      assert.ok(answer.status === 400 || answer.status === 200, answer.text)
      if (answer.status === 400) assert.match(answer.body.errors[0].code, /^(client_error|parameter_invalid)$/)
    }
  }
})

test('browsers of any origin may call, with every method, and read every header', async () => {
  const preflight = await t.app.inject({
    method: 'OPTIONS',
    url: '/contacts/1',
    headers: {
      origin: 'https://example.com',
      'access-control-request-method': 'PUT',
      'access-control-request-headers': 'authorization,content-type,intercom-version,idempotency-key',
    },
  })
  assert.equal(preflight.statusCode, 204)
  assert.equal(preflight.headers['access-control-allow-origin'], '*')
  for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']) {
    assert.match(String(preflight.headers['access-control-allow-methods']), new RegExp(`\\b${method}\\b`))
  }
  assert.match(String(preflight.headers['access-control-allow-headers']), /authorization.*idempotency-key/)
  assert.equal((await t.app.inject({ method: 'OPTIONS', url: '/tags' })).statusCode, 204)
  const { headers } = await t.call('GET /tags', undefined, { headers: { origin: 'https://example.com' } })
  assert.equal(headers['access-control-allow-origin'], '*')
  for (const header of [
    'x-request-id',
    'x-ratelimit-reset',
    'retry-after',
    'intercom-version',
    'idempotent-replayed',
  ]) {
    assert.match(String(headers['access-control-expose-headers']), new RegExp(header))
  }
  const refused = await t.call('GET /tags', undefined, { token: null, headers: { origin: 'https://example.com' } })
  assert.equal(refused.headers['access-control-allow-origin'], '*')
})

test('a request that is too long or not HTTP gets an error of the same shape', async () => {
  const { port } = new URL(await t.app.listen({ port: 0, host: '127.0.0.1' }))
  const exchange = async (request: string) => {
    const socket = connect(Number(port), '127.0.0.1').end(request)
    const [head = '', body = ''] = (await text(socket)).split('\r\n\r\n')
    return { status: Number(head.split(' ')[1]), type: /content-type: (.*)/i.exec(head)?.[1], body: JSON.parse(body) }
  }
  for (const [request, expected] of [
    [`GET /contacts?starting_after=${'x'.repeat(20_000)} HTTP/1.1\r\nhost: x\r\n\r\n`, 431],
    [`GET /tags HTTP/1.1\r\nhost: x\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
    ['GET /tags HTTP/1.1\r\nno colon\r\n\r\n', 400],
    ['nonsense\r\n\r\n', 400],
    ['BREW /tags HTTP/1.1\r\nhost: x\r\n\r\n', 400],
  ] as const) {
    const { status, type, body } = await exchange(request)
    assert.equal(status, expected)
    assert.equal(type, 'application/json; charset=utf-8')
    assert.equal(body.type, 'error.list')
    assert.equal(body.errors[0].code, 'bad_request')
  }
})
