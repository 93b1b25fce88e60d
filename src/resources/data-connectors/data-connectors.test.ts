// Data connectors: sad paths first, and executions against a real server.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import { type Answer, NEARBY, SECRET, testApp } from '../../../test/app.ts'
import { topicsOf } from '../../../test/events.ts'
import { aContact } from '../../../test/factories.ts'
import { executeConnector } from './execute.ts'
import { expireResults } from './results/queries.ts'

const t = await testApp()
const { call } = t
const { sql } = t.database

type Received = { method: string; url: string; headers: IncomingMessage['headers']; body: string }
const received: Received[] = []
/** Answers by the first segment of the path: a status, or one of a few ways. */
const peer = createServer(async (request, response) => {
  let body = ''
  for await (const chunk of request) body += chunk
  const { method = '', url = '', headers } = request
  received.push({ method, url, headers, body })
  const [, way = ''] = url.split(/[/?]/)
  if (way === 'broken') return void request.socket.destroy()
  if (way === 'large') return void response.end('x'.repeat(1024 * 1024 + 1))
  if (way === 'deep') return void response.end('['.repeat(100_000) + ']'.repeat(100_000))
  if (way === 'text') return void response.end('just text')
  if (way === '302') return void response.writeHead(302, { location: '/stolen' }).end()
  response.writeHead(Number(way) || 200, { 'content-type': 'application/json' }).end('{"order":{"status":"shipped"}}')
}).listen(0, '127.0.0.1')
await once(peer, 'listening')
after(() => peer.close())
const PEER = `http://127.0.0.1:${(peer.address() as AddressInfo).port}`

const create = (body: object): Promise<Answer> => call('POST /data_connectors', { name: 'Order status', ...body })
const aConnector = async (body: object = {}): Promise<string> => (await create(body)).body.id
const change = (id: string, body: object) => call(`PATCH /data_connectors/${id}`, body)
const show = async (id: string, version = 'live') =>
  (await call(`GET /data_connectors/${id}?state_version=${version}`)).body
const execute = async (id: string, body: object = {}) =>
  (await call(`POST /extensions/data_connectors/${id}/execute`, body)).body
/** A live connector to the peer. */
async function aLive(url: string, more: object = {}): Promise<string> {
  const id = await aConnector({ url: `${PEER}${url}`, ...more })
  assert.equal((await change(id, { state: 'live' })).status, 200)
  return id
}
const input = (name: string, more: object = {}) => ({ name, type: 'string', description: 'A value', ...more })
const outcome = ({ status, body }: Answer) => [status, body.errors?.[0].code, body.errors?.[0].message]

test('every operation needs a token', async () => {
  for (const route of [
    ...['GET /data_connectors', 'POST /data_connectors', 'GET /data_connectors/1', 'PATCH /data_connectors/1'],
    ...[
      'DELETE /data_connectors/1',
      'GET /data_connectors/1/execution_results',
      'GET /data_connectors/1/execution_results/1',
    ],
  ])
    assert.equal((await call(route, /^P/.test(route) ? {} : undefined, { token: null })).status, 401, route)
})

test('a version before 2.16 has no data connectors', async () => {
  assert.equal((await call('GET /data_connectors', undefined, { version: '2.15' })).status, 400)
})

test('an unknown connector or result is a 404', async () => {
  const id = await aConnector()
  const unknown: [route: string, code: string, body?: object][] = [
    ...['999999', 'none', '99999999999999999999'].flatMap((one): [string, string, object?][] => [
      [`GET /data_connectors/${one}`, 'data_connector_not_found'],
      [`PATCH /data_connectors/${one}`, 'data_connector_not_found', { name: 'x' }],
      [`DELETE /data_connectors/${one}`, 'data_connector_not_found'],
      [`GET /data_connectors/${one}/execution_results`, 'data_connector_not_found'],
      [`GET /data_connectors/${one}/execution_results/1`, 'data_connector_not_found'],
      [`GET /data_connectors/${id}/execution_results/${one}`, 'execution_result_not_found'],
      [`POST /extensions/data_connectors/${one}/execute`, 'data_connector_not_found', {}],
    ]),
  ]
  for (const [route, code, body] of unknown)
    assert.deepEqual(outcome(await call(route, body)).slice(0, 2), [404, code], route)
})

test('each wrong field is refused by its name, and nothing is saved', async () => {
  const id = await aConnector({ data_inputs: [input('a')] })
  const before = await show(id)
  const cases: [body: object, code: string, message: RegExp][] = [
    [{ name: null }, 'parameter_not_found', /^Name is required$/],
    [{ name: ' ' }, 'parameter_not_found', /^Name is required$/],
    [{ name: 'x'.repeat(256) }, 'parameter_invalid', /^name /],
    [{ http_method: 'GET' }, 'parameter_invalid', /^Http Method isn't an option$/],
    [
      { audiences: ['admins'] },
      'parameter_invalid',
      /^Invalid audiences. Must be a subset of: leads, users, visitors$/,
    ],
    [{ url: 'ftp://a.example' }, 'parameter_invalid', /^url /],
    [{ url: 'https://{{a}}/x' }, 'parameter_invalid', /^url /],
    [{ url: 'https://user:pass@a.example/' }, 'parameter_invalid', /^url /],
    [{ body: 'x'.repeat(100_001) }, 'parameter_invalid', /^body /],
    [{ headers: [{ name: 'a b', value: '1' }] }, 'parameter_invalid', /^headers/],
    [{ headers: [{ value: '1' }] }, 'parameter_invalid', /^headers/],
    [{ headers: [{ name: 'Host', value: 'a' }] }, 'parameter_invalid', /^headers: Host cannot be set$/],
    [{ headers: [{ name: 'A', value: 'a\r\nB: c' }] }, 'parameter_invalid', /^headers/],
    [
      {
        headers: [
          { name: 'A', value: '1' },
          { name: 'a', value: '2' },
        ],
      },
      'parameter_invalid',
      /given twice/,
    ],
    [{ data_inputs: [{ name: 'x' }] }, 'parameter_not_found', /description of x is required/],
    [{ data_inputs: [input('')] }, 'parameter_invalid', /^data_inputs/],
    [{ data_inputs: [input('a.b')] }, 'parameter_invalid', /^data_inputs/],
    [{ data_inputs: [input('x', { type: 'date' })] }, 'parameter_invalid', /type of x must be one of/],
    [
      { data_inputs: [input('x', { type: 'integer', default_value: '1.5' })] },
      'parameter_invalid',
      /default value of x/,
    ],
    [{ data_inputs: [input('x'), input('x')] }, 'parameter_invalid', /given twice/],
    [{ data_inputs: [input('x', { description: 'x'.repeat(10_001) })] }, 'parameter_invalid', /description of x/],
    [{ data_inputs: [input('x', { default_value: 'x'.repeat(10_001) })] }, 'parameter_invalid', /default value of x/],
    [{ token_ids: ['1'] }, 'parameter_invalid', /^Invalid token_ids/],
  ]
  for (const [body, code, message] of cases)
    for (const answer of [await create({ name: 'x', ...body }), await change(id, body)]) {
      assert.deepEqual(outcome(answer).slice(0, 2), [422, code], JSON.stringify(body).slice(0, 100))
      assert.match(answer.body.errors[0].message, message)
    }
  assert.deepEqual(outcome(await call('POST /data_connectors', {})), [422, 'parameter_not_found', 'Name is required'])
  assert.deepEqual(outcome(await change(id, { state: 'paused' }))[2], 'Invalid state. Must be one of: draft, live')
  assert.deepEqual(outcome(await change(id, { state: 'live' })).slice(0, 2), [422, 'parameter_not_found'])
  for (const body of [
    { name: 7 },
    { headers: 'x' },
    { data_inputs: {} },
    { mock_response: [] },
    { direct_fin_usage: 'yes' },
  ])
    assert.equal((await change(id, body)).status, 400, JSON.stringify(body))
  assert.deepEqual(await show(id), before)
  assert.deepEqual(
    outcome(await call(`GET /data_connectors/${id}?state_version=x`))[2],
    'Invalid state_version. Must be one of: live, draft',
  )
})

test('a connector begins as a draft, and shows no value of a header', async () => {
  const created = await create({
    ...{
      url: 'https://api.example.com/orders/{{order_id}}',
      description: 'Looks it up',
      audiences: ['leads', 'users'],
    },
    headers: [{ name: 'Authorization', value: 'Bearer secret-1' }],
    data_inputs: [input('order_id', { required: true })],
    mock_response: {
      order: { id: 12_345, price: 9.5, at: '2026-01-01T10:00:00Z', paid: true, note: null },
      items: [{ sku: 'a' }],
    },
  })
  assert.equal(created.status, 201)
  const { id, state, http_method, headers, response_fields, data_inputs, configuration_response_type } = created.body
  assert.deepEqual([state, http_method, configuration_response_type], ['draft', 'get', 'mock_response_type'])
  assert.deepEqual(headers, [{ name: 'Authorization', value: '****' }])
  assert.deepEqual(data_inputs, [{ ...input('order_id'), required: true, default_value: '' }])
  assert.deepEqual(
    response_fields.map(({ path, type }: { path: string; type: string }) => [path, type]),
    [
      ...[
        ['order.id', 'integer'],
        ['order.price', 'decimal'],
        ['order.at', 'datetime'],
        ['order.paid', 'boolean'],
      ],
      ...[
        ['order.note', 'unknown'],
        ['items[].sku', 'string'],
      ],
    ],
  )
  assert.match(created.body.created_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
  assert.deepEqual(await show(id), created.body)
  const [row] = await sql<
    { text: string }[]
  >`select data_connectors::text as text from data_connectors where id = ${id}`
  assert.ok(!row?.text.includes('secret-1'))
})

test('a change of a live connector is staged beside it until it is published', async () => {
  const id = await aLive('/', { headers: [{ name: 'X-Key', value: 'one' }] })
  const changed = await change(id, {
    name: 'Next',
    headers: [
      { name: 'x-key', value: '****' },
      { name: 'B', value: 'two' },
    ],
  })
  assert.equal(changed.body.name, 'Next')
  assert.deepEqual(
    [(await show(id)).name, (await show(id)).state, (await show(id, 'draft')).name],
    ['Order status', 'live', 'Next'],
  )
  await execute(id)
  assert.deepEqual([received.at(-1)?.headers['x-key'], received.at(-1)?.headers['b']], ['one', undefined])
  assert.equal((await change(id, { state: 'live' })).body.name, 'Next')
  assert.deepEqual([(await show(id)).name, (await show(id, 'draft')).name], ['Next', 'Next'])
  await execute(id)
  assert.deepEqual([received.at(-1)?.headers['x-key'], received.at(-1)?.headers['b']], ['one', 'two'])

  assert.deepEqual(outcome(await call(`DELETE /data_connectors/${id}`)), [
    ...[409, 'conflict', 'Data connector must be in draft state to be deleted'],
  ])
  assert.equal((await change(id, { state: 'draft' })).body.state, 'draft')
  assert.equal((await execute(id)).error_type, 'request_configuration_error')
  assert.equal((await execute(id, { state_version: 'draft' })).success, true)
  assert.deepEqual((await call(`DELETE /data_connectors/${id}`)).body, { id, object: 'data_connector', deleted: true })
  assert.equal((await call(`GET /data_connectors/${id}`)).status, 404)
})

test('the list has the last changed connector first, in pages', async () => {
  const { call } = await t.another()
  const ids: string[] = []
  for (const name of ['A', 'B', 'C']) ids.push((await call('POST /data_connectors', { name })).body.id)
  await call(`PATCH /data_connectors/${ids[0]}`, { name: 'A again' })
  const { body } = await call('GET /data_connectors?per_page=2')
  const names = (data: { name: string }[]) => data.map(({ name }) => name)
  assert.deepEqual([names(body.data), 'url' in body.data[0], body.pages.per_page], [['A again', 'C'], false, 2])
  const next = await call(`GET /data_connectors?per_page=2&starting_after=${body.pages.next.starting_after}`)
  assert.deepEqual([names(next.body.data), next.body.pages.next], [['B'], null])
  assert.equal((await call('GET /data_connectors?per_page=1000')).body.pages.per_page, 50)
  assert.deepEqual(outcome(await call('GET /data_connectors?starting_after=x')).slice(0, 2), [400, 'client_error'])
})

test('a failed execution is a result with its type of error', async () => {
  const inputs = [input('order', { required: true }), input('count', { type: 'integer' })]
  const strict = { data_inputs: inputs, validate_missing_attributes: true }
  const closed = createServer().listen(0, '127.0.0.1')
  await once(closed, 'listening')
  const { port } = closed.address() as AddressInfo
  closed.close()
  const cases: [connector: object, request: object, error_type: string, http_status: number | null, message: RegExp][] =
    [
      [{ url: `${PEER}/{{order}}`, ...strict }, {}, 'request_validation_error', null, /order is required/],
      [{ url: `${PEER}/{{order}}`, ...strict }, { inputs: { order: '..' } }, 'request_validation_error', null, /path/],
      [
        { url: `${PEER}/`, ...strict },
        { inputs: { order: 'a', count: 'x' } },
        'request_validation_error',
        null,
        /count/,
      ],
      [{ url: `${PEER}/`, ...strict }, { inputs: { order: {} } }, 'request_validation_error', null, /order/],
      [{ url: `${PEER}/` }, { inputs: { other: 'x' } }, 'request_validation_error', null, /no input 'other'/],
      [{ url: `${PEER}/` }, { contact_id: '6762f0dd1bb69f9f2193bb83' }, 'request_validation_error', null, /contact/],
      [{ url: `${PEER}/` }, { conversation_id: '999999' }, 'request_validation_error', null, /conversation/],
      [{ url: `${PEER}/{{unknown}}` }, {}, 'request_configuration_error', null, /unknown/],
      [{ url: `${PEER}/{{contact}}` }, {}, 'request_configuration_error', null, /contact/],
      [{ url: 'http://10.0.0.1/' }, {}, 'request_configuration_error', null, /not a public address/],
      [{ url: 'http://169.254.169.254/latest' }, {}, 'request_configuration_error', null, /not a public address/],
      [{ url: `http://127.0.0.1:${port}/` }, {}, '3rd_party_error', null, /cannot be read/],
      [{ url: `${PEER}/broken` }, {}, '3rd_party_error', null, /cannot be read/],
      [{ url: `${PEER}/500` }, {}, '3rd_party_error', 500, /status 500/],
      [{ url: `${PEER}/404` }, {}, '3rd_party_error', 404, /status 404/],
      [{ url: `${PEER}/302` }, {}, '3rd_party_error', 302, /status 302/],
      [{ url: `${PEER}/large` }, {}, 'faraday_error', null, /larger/],
      [{ url: `${PEER}/text`, mock_response: { a: 1 } }, {}, 'response_mapping_error', 200, /not JSON/],
      [{ url: `${PEER}/`, http_method: 'post', body: '{"a": }' }, {}, 'request_validation_error', null, /JSON/],
      [
        { url: `${PEER}/`, customer_authentication: true },
        {},
        'non_fin_standalone_action_identity_verification_error',
        null,
        /user/,
      ],
      [
        { url: `${PEER}/`, customer_authentication: true },
        { source_type: 'fin' },
        'fin_action_identity_verification_error',
        null,
        /user/,
      ],
    ]
  for (const [connector, request, error_type, http_status, message] of cases) {
    const id = await aConnector(connector)
    const result = await execute(id, { state_version: 'draft', ...request })
    const about = JSON.stringify([connector, request])
    assert.deepEqual([result.success, result.error_type, result.http_status], [false, error_type, http_status], about)
    assert.match(result.error_message, message)
    assert.equal((await call(`GET /data_connectors/${id}/execution_results`)).body.data[0].error_type, error_type)
  }
  assert.ok(received.every(({ url }) => url !== '/stolen'))
})

test('a long value that a template repeats thousands of times is refused', async () => {
  const repeated = (text: string, times: number) => text.repeat(times)
  const cases: [connector: object, length: number, message: RegExp][] = [
    [
      { url: `${PEER}/`, http_method: 'post', body: repeated('{{a}}', 12_000) },
      500_000,
      /more than 1000000 characters/,
    ],
    [{ url: `${PEER}/`, http_method: 'post', body: `["${repeated('{{a}}', 9)}"]` }, 200_000, /more than 1000000/],
    [{ url: `${PEER}/${repeated('{{a}}', 300)}` }, 500_000, /more than 1000000/],
    [{ url: `${PEER}/${repeated('{{a}}', 300)}` }, 100, /URL would be longer than 16000/],
    [{ url: `${PEER}/`, headers: [{ name: 'A', value: repeated('{{a}}', 1_000) }] }, 500_000, /more than 1000000/],
  ]
  for (const [connector, length, message] of cases) {
    const id = await aConnector({ ...connector, data_inputs: [input('a')] })
    const result = await execute(id, { state_version: 'draft', inputs: { a: 'e'.repeat(length) } })
    assert.deepEqual([result.success, result.error_type], [false, 'request_validation_error'])
    assert.match(result.error_message, message)
  }
})

test('JSON that is nested too deeply to be shown is a text', async () => {
  const result = await execute(await aLive('/deep'))
  assert.deepEqual([result.success, result.response.length], [true, 200_000])
})

test('executions share their connections', async () => {
  const sockets = new Set()
  peer.on('connection', (socket) => sockets.add(socket))
  const id = await aLive('/')
  for (let n = 0; n < 10; n++) assert.equal((await execute(id)).success, true)
  assert.ok(sockets.size <= 2, `${sockets.size} connections`)
})

test('another audience is refused, and so is a lead where users are authenticated', async () => {
  const lead = await aContact(t.workspace, { role: 'lead' })
  const user = await aContact(t.workspace)
  const for_users = await aLive('/', { audiences: ['users'] })
  const identified = await aLive('/', { customer_authentication: true })
  for (const id of [for_users, identified]) {
    assert.equal((await execute(id, { contact_id: lead })).success, false)
    assert.equal((await execute(id, { contact_id: user })).success, true)
  }
  const open = await aLive('/', { customer_authentication: true, bypass_authentication: true })
  assert.equal((await execute(open, { contact_id: lead })).success, true)
})

test('a request is filled with inputs and values of contact and conversation, each in its place', async () => {
  const contact = await aContact(t.workspace, { name: 'Anna "A"', email: 'anna@example.com', external_id: 'a/1' })
  const from = { type: 'user', id: contact }
  const { conversation_id } = (await call('POST /conversations', { from, body: 'Where is it?' })).body
  const id = await aLive('/orders/{{order}}?of={{contact.external_id}}', {
    http_method: 'post',
    headers: [{ name: 'Authorization', value: 'Bearer {{order}}' }],
    body: '{"name": "{{user.name}}", "conversation": {{conversation.id}}, "count": {{count}}, "note": "{{note}}"}',
    data_inputs: [input('order'), input('count', { type: 'integer', default_value: '3' }), input('note')],
  })
  const result = await execute(id, { conversation_id, inputs: { order: 'x?y', note: '", "admin": "yes' } })
  assert.deepEqual(
    [result.success, result.response, result.conversation_id],
    [true, { order: { status: 'shipped' } }, conversation_id],
  )
  const request = received.at(-1)!
  assert.deepEqual([request.method, request.url], ['POST', '/orders/x%3Fy?of=a%2F1'])
  assert.deepEqual(
    [request.headers['authorization'], request.headers['content-type']],
    ['Bearer x?y', 'application/json'],
  )
  assert.deepEqual(JSON.parse(request.body), {
    ...{ name: 'Anna "A"', conversation: conversation_id, count: 3, note: '", "admin": "yes' },
  })
  assert.deepEqual([result.request_url, result.request_body], [`${PEER}/orders/x%3Fy`, request.body])
  assert.equal(result.raw_response_body, '{"order":{"status":"shipped"}}')
})

test('a value of another workspace is never read', async () => {
  const other = await t.another()
  const theirs = await aContact(other.workspace, { email: 'theirs@example.com' })
  const id = await aLive('/?email={{contact.email}}')
  assert.equal((await execute(id, { contact_id: theirs })).error_type, 'request_validation_error')
})

test('results are listed with filters; bodies are shown on demand, and dropped after a day', async () => {
  const id = await aLive('/{{way}}', { data_inputs: [input('way')] })
  for (const way of ['200', '500', '404'])
    await execute(id, { inputs: { way }, source_type: 'workflow', source_id: '7' })
  const list = async (query = '') => (await call(`GET /data_connectors/${id}/execution_results${query}`)).body
  const { data, pages } = await list('?per_page=2')
  assert.deepEqual(
    [data.length, data[0].http_status, data[0].source_type, data[0].source_id],
    [2, 404, 'workflow', '7'],
  )
  assert.ok(!('response_body' in data[0]) && (await list('?success=true')).data[0].error_type === null)
  assert.equal((await list(`?starting_after=${pages.next.starting_after}`)).data[0].http_status, 200)
  assert.equal(
    (await list('?success=false&error_type=3rd_party_error&include_bodies=true')).data[0].response_body.length,
    30,
  )
  const now = Math.floor(Date.now() / 1000)
  assert.deepEqual((await list(`?end_ts=${now - 60}`)).data, [])
  assert.equal((await list(`?start_ts=${now - 60}&per_page=1000`)).pages.per_page, 30)
  const wrong: [query: string, message: RegExp][] = [
    ['?success=yes', /^Invalid success/],
    ['?error_type=x', /^Invalid error_type. Must be one of: request_configuration_error, faraday_error/],
    ['?start_ts=today', /^start_ts must be a Unix timestamp \(integer\)$/],
    ['?end_ts=99999999999', /^end_ts must be/],
    ['?include_bodies=1', /^Invalid include_bodies/],
  ]
  for (const [query, message] of wrong) {
    const answer = await call(`GET /data_connectors/${id}/execution_results${query}`)
    assert.deepEqual([answer.status, answer.body.errors[0].code], [400, 'parameter_invalid'])
    assert.match(answer.body.errors[0].message, message)
  }

  const one = `GET /data_connectors/${id}/execution_results/${data[0].id}`
  assert.ok((await call(one)).body.response_body)
  await expireResults(sql)
  assert.ok((await call(one)).body.response_body)
  await sql`update data_connector_results set created_at = created_at - interval '25 hours'`
  await expireResults(sql)
  assert.deepEqual([(await call(one)).status, (await call(one)).body.response_body], [200, null])
  await sql`update data_connector_results set created_at = created_at - interval '30 days'`
  await expireResults(sql)
  assert.equal((await call(one)).status, 404)
})

test('an execution in code has its event, once', async () => {
  const id = await aLive('/')
  const { result, response } = await executeConnector({ secret: SECRET, egress: NEARBY }, t.workspace, {
    ...{ connector_id: id, inputs: {}, source_type: 'workflow' },
  })
  assert.deepEqual([result.success, response], [true, { order: { status: 'shipped' } }])
  assert.deepEqual(await topicsOf(t.workspace, id), ['data_connector.execution.completed'])
})
