// Request bodies as clients send them, correct and wrong ones.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testApp } from '../app.ts'
import { aContact } from '../factories.ts'

const t = await testApp()
const json = 'application/json'

/** A body of exactly these bytes, without a Content-Type if it is null. */
async function send(route: string, payload: string | Buffer, type: string | null = json) {
  const [method, url] = route.split(' ') as ['POST', string]
  const headers = { authorization: `Bearer ${t.created.token}`, ...(type !== null && { 'content-type': type }) }
  const answer = await t.app.inject({ method, url, headers, payload })
  const text = answer.body
  return { status: answer.statusCode, text, body: text === '' ? undefined : answer.json(), headers: answer.headers }
}

function assertRefused(answer: Awaited<ReturnType<typeof send>>, status: number, code: string) {
  assert.equal(answer.status, status, answer.text)
  assert.equal(answer.body.type, 'error.list')
  assert.equal(answer.body.request_id, answer.headers['x-request-id'])
  assert.equal(answer.body.errors[0].code, code)
  assert.doesNotMatch(answer.text, /\bat \S+:\d+|node_modules|\.ts\b/)
}

test('a body that is not JSON is refused', async () => {
  for (const body of [
    '{',
    '{"name":}',
    "{'name':'x'}",
    'name',
    '{"name":"x"}}',
    '{"name":NaN}',
    '\u0000',
    '{"a":"\n"}',
  ]) {
    assertRefused(await send('POST /tags', body), 400, 'parameter_invalid')
  }
})

test('JSON that is not an object is refused', async () => {
  for (const body of ['[]', '"x"', '1', 'null', 'true', '[{"name":"x"}]']) {
    const answer = await send('POST /tags', body)
    assertRefused(answer, 400, 'parameter_invalid')
  }
})

test('a key that would change JavaScript prototypes is refused', async () => {
  const keys = ['{"__proto__":{"name":"x"}}', '{"name":"x","constructor":{"prototype":{"x":1}}}']
  for (const body of [...keys, '{"name":"x","users":[{"__proto__":{"id":"x"}}]}']) {
    assertRefused(await send('POST /tags', body), 400, 'parameter_invalid')
  }
  assert.equal(({} as { name?: string }).name, undefined)
})

test('the error names the key that would change JavaScript prototypes, and a body that is not JSON is said to be none', async () => {
  const proto = 'The request body has the key __proto__, which is not allowed'
  const prototype = 'The request body has the key constructor.prototype, which is not allowed'
  const not_json = 'The request body is not valid JSON'
  const cases: [body: string, message: string][] = [
    ['{"__proto__":{"name":"x"}}', proto],
    ['{"__proto__":null}', proto],
    ['{"__proto__":1,"name":"x"}', proto],
    ['{"\\u005f_proto__":{}}', proto],
    ['\ufeff{"__proto__":{}}', proto],
    ['{"name":"x","users":[{"__proto__":{"id":"x"}}]}', proto],
    ['{"custom_attributes":{"a":{"__proto__":{}}}}', proto],
    ['[[{"__proto__":{}}]]', proto],
    ['{"constructor":{"prototype":{}}}', prototype],
    ['{"name":"x","a":[{"constructor":{"prototype":null}}]}', prototype],
    ['{"constructor":{"prototype":1},"a":{"b":2}}', prototype],
    ['{"__proto__":', not_json],
    ['{"__proto__":{}}}', not_json],
    ['{"constructor":{"prototype"}}', not_json],
    ["{'__proto__':{}}", not_json],
    ['{', not_json],
  ]
  for (const [body, message] of cases) {
    for (const route of ['POST /tags', 'POST /contacts']) {
      const answer = await send(route, body)
      assertRefused(answer, 400, 'parameter_invalid')
      assert.equal(answer.body.errors[0].message, message, body)
    }
  }
  for (const name of ['{"name":"__proto__"}', '{"name":"\\"__proto__\\":"}'])
    assert.equal((await send('POST /tags', name)).status, 200, name)
})

test('names of properties that all JavaScript objects have are ordinary names', async () => {
  for (const name of ['constructor', 'toString', 'hasOwnProperty', '__defineGetter__']) {
    const { status, body } = await send('POST /tags', JSON.stringify({ name, [name]: name }))
    assert.equal(status, 200, name)
    assert.equal(body.name, name)
    const attributes = await send('POST /contacts', JSON.stringify({ role: 'lead', custom_attributes: { [name]: 1 } }))
    assertRefused(attributes, 400, 'parameter_invalid')
    const query = { field: name, operator: '=', value: 'x' }
    assertRefused(await send('POST /contacts/search', JSON.stringify({ query })), 400, 'invalid_field')
  }
})

test('too deep nesting and NUL characters are refused', async () => {
  const deep = (levels: number) => `{"name":"x","x":${'['.repeat(levels)}${']'.repeat(levels)}}`
  for (const levels of [50, 5_000, 100_000])
    assertRefused(await send('POST /tags', deep(levels)), 400, 'parameter_invalid')
  assert.equal((await send('POST /tags', deep(5))).status, 200)
  for (const body of ['{"name":"a\\u0000b"}', '{"name":"x","a\\u0000":1}', '{"name":"x","users":[{"id":"\\u0000"}]}']) {
    assertRefused(await send('POST /tags', body), 400, 'parameter_invalid')
  }
  assert.equal((await send('POST /tags', '{"name":"a\\\\u0000b"}')).body.name, 'a\\u0000b')
})

test('a body of more than one megabyte is refused, and the error says the limit', async () => {
  const name = (bytes: number) => JSON.stringify({ name: 'x'.repeat(bytes) })
  for (const bytes of [1024 * 1024, 10 * 1024 * 1024]) {
    const answer = await send('POST /tags', name(bytes))
    assertRefused(answer, 413, 'payload_too_large')
    assert.equal(answer.body.errors[0].message, 'The request body is larger than 1 MB')
  }
  assertRefused(await send('POST /tags', name(1024 * 1024 - 100)), 400, 'parameter_invalid')
})

test('a body of more than 20000 values is refused before it is parsed', async () => {
  const users = (count: number) => `{"name":"x","users":[${Array(count).fill('{}').join()}]}`
  const refused = await send('POST /tags', users(20_000))
  assertRefused(refused, 400, 'parameter_invalid')
  assert.equal(refused.body.errors[0].message, 'The request body has more than 20000 values')
  const shorter = await send('POST /tags', users(1_001))
  assert.equal(shorter.body.errors[0].message, 'users must not have more than 1000 items')
})

test('a Content-Type other than JSON and forms is refused', async () => {
  for (const type of [
    'text/plain',
    'application/xml',
    'multipart/form-data; boundary=x',
    'application/octet-stream',
    'x',
  ]) {
    assertRefused(await send('POST /tags', '{"name":"x"}', type), 415, 'unsupported_media_type')
  }
})

test('the error of a Content-Type says what it should be, also if it is empty', async () => {
  const JSON_TYPE = 'application/json'
  const MAIL = 'message/rfc822 or multipart/form-data'
  const FORM = 'application/x-www-form-urlencoded'
  const wrong = (types: string) => `The Content-Type header should be ${types}`
  const empty = (types: string) => `The Content-Type header is empty; it should be ${types}, or be left out`
  const cases: [route: string, type: string, message: string][] = [
    ['POST /tags', '', empty(JSON_TYPE)],
    ['POST /tags', ' ', empty(JSON_TYPE)],
    ['POST /tags', 'x', wrong(JSON_TYPE)],
    ['POST /tags', '; charset=utf-8', wrong(JSON_TYPE)],
    ['POST /tags', 'text/plain', wrong(JSON_TYPE)],
    ['PUT /contacts/1', '', empty(JSON_TYPE)],
    ['POST /webhooks/email/inbound', '', empty(MAIL)],
    ['POST /webhooks/email/inbound', 'x', wrong(MAIL)],
    ['POST /webhooks/email/inbound', 'text/html', wrong(MAIL)],
    ['POST /webhooks/twilio/status', '', empty(FORM)],
    ['POST /webhooks/whatsapp', '', empty(JSON_TYPE)],
  ]
  for (const [route, type, message] of cases) {
    const answer = await send(route, '{"name":"x"}', type)
    assertRefused(answer, 415, 'unsupported_media_type')
    assert.equal(answer.body.errors[0].message, message, `${route} ${JSON.stringify(type)}`)
  }
})

test('without a Content-Type a body is read as JSON, and the error says so', async () => {
  const message = 'The request body is not valid JSON; without a Content-Type header it is read as JSON'
  for (const body of ['name=x', '<name>x</name>', '{"name":', 'x', ' ']) {
    const answer = await send('POST /tags', body, null)
    assertRefused(answer, 400, 'parameter_invalid')
    assert.equal(answer.body.errors[0].message, message, body)
  }
})

test('JSON is accepted with vendor media types, with a charset, and without a Content-Type', async () => {
  const types = [
    'application/json; charset=utf-8',
    'APPLICATION/JSON',
    'application/vnd.intercom.3+json',
    'application/json;',
    null,
  ]
  for (const type of types) assert.equal((await send('POST /tags', '{"name":"Typed"}', type)).status, 200, `${type}`)
})

test('a byte order mark before the JSON is ignored', async () => {
  const { status, body } = await send('POST /tags', Buffer.from('\ufeff{"name":"Marked"}'))
  assert.equal(status, 200)
  assert.equal(body.name, 'Marked')
})

test('text of every script is stored, and invalid bytes are replaced', async () => {
  const name = 'Ünïcödé 日本語 🏳️‍🌈 \u202e'
  assert.equal((await send('POST /tags', JSON.stringify({ name }))).body.name, name)
  const broken = Buffer.concat([Buffer.from('{"name":"a'), Buffer.from([0xff, 0xc3]), Buffer.from('"}')])
  assert.equal((await send('POST /tags', broken)).body.name, 'a\ufffd\ufffd')
  assert.equal((await send('POST /tags', '{"name":"half \\ud83c"}')).body.name, 'half \ufffd')
  assert.equal((await send('POST /tags', '{"name":"whole \\ud83c\\udf89"}')).body.name, 'whole 🎉')
})

test('an empty body with a JSON Content-Type counts as no body', async () => {
  const id = await aContact(t.workspace)
  const { body: tag } = await send('POST /tags', '{"name":"Empty"}')
  assert.equal((await send(`POST /contacts/${id}/archive`, '')).status, 200)
  assert.equal((await send(`DELETE /tags/${tag.id}`, '')).status, 200)
  assertRefused(await send('POST /tags', ''), 400, 'parameter_invalid')
})

test('a DELETE may have a body', async () => {
  const { body: tag } = await send('POST /tags', '{"name":"Deleted"}')
  assert.equal((await send(`DELETE /tags/${tag.id}`, '{"reason":"none"}')).status, 200)
})

test('a form is read as text fields', async () => {
  const form = 'application/x-www-form-urlencoded'
  assert.equal((await send('POST /tags', 'name=From+a+form%21', form)).body.name, 'From a form!')
  assertRefused(await send('POST /tags', '', form), 400, 'parameter_invalid')
  assertRefused(await send('POST /tags', 'name=a&name=b', form), 400, 'parameter_invalid')
  assertRefused(await send('POST /tags', 'name=a%00b', form), 400, 'parameter_invalid')
  assert.equal((await send('POST /tags', '__proto__=x&name=safe', form)).status, 200)
})
