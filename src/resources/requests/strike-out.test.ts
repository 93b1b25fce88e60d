// Secrets are struck out of the log of requests, wherever they are; what is none stays.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HIDDEN, isSecret, strikeCutJson, strikeHeaders, strikePath, strikeText, strikeValue } from './strike-out.ts'

test('a name is that of a secret by its words, however it is written', () => {
  const secret = [
    ...['authorization', 'Authorization', 'cookie', 'set-cookie', 'x-api-key', 'api_key', 'apiKey', 'token'],
    ...['access_token', 'accessToken', 'callback_token', 'app_secret', 'secret', 'clientSecret', 'password', 'pwd'],
    ...['dkim_private_key', 's3_secret_access_key', 's3_access_key_id', 'auth_token', 'x-hub-signature-256'],
    ...['user_hash', 'intercom_user_jwt', 'credentials', 'verify_token', 'signing_secret', 'account-key'],
  ]
  for (const name of secret) assert.ok(isSecret(name), name)
  const plain = [
    ...['idempotency-key', 'key', 'keys', 'keyword', 'monkey', 'author', 'author_id', 'tokenize', 'secretary', 'name'],
    ...['starting_after', 'content-type', 'x-request-id', 'passenger', 'hash', 'user_id', 'email', ''],
  ]
  for (const name of plain) assert.ok(!isSecret(name), name)
})

test('values under a secret name are struck out, also deep below it; the rest stays', () => {
  const cases: [value: unknown, struck: unknown][] = [
    [{ token: 'abc' }, { token: HIDDEN }],
    [{ a: { password: 1234 } }, { a: { password: HIDDEN } }],
    [
      { credentials: { user: 'u', list: ['x', 2, null, true] } },
      { credentials: { user: HIDDEN, list: [HIDDEN, HIDDEN, null, true] } },
    ],
    [
      [{ secret: 'x' }, { name: 'y' }],
      [{ secret: HIDDEN }, { name: 'y' }],
    ],
    [
      { headers: [{ name: 'Authorization', value: 'Bearer x' }] },
      { headers: [{ name: 'Authorization', value: HIDDEN }] },
    ],
    [
      { name: 'Color', value: 'red' },
      { name: 'Color', value: 'red' },
    ],
    [{ url: 'smtp://user:pass@host:587' }, { url: `smtp://${HIDDEN}@host:587` }],
    [{ url: "smtp://user:it's@2@host" }, { url: `smtp://${HIDDEN}@host` }],
    [{ url: 'https://x.example/a?api_key=abc&b=1' }, { url: `https://x.example/a?api_key=${HIDDEN}&b=1` }],
    [{ body: '<a href="http://x?a=1&amp;token=b">' }, { body: `<a href="http://x?a=1&amp;token=${HIDDEN}">` }],
    [{ url: 'https://x.example?access%5Ftoken=a#top' }, { url: `https://x.example?access%5Ftoken=${HIDDEN}#top` }],
    [{ url: 'https://x.example?key=a&sig=b' }, { url: `https://x.example?key=${HIDDEN}&sig=${HIDDEN}` }],
    [{ url: 'https://x.example?mail=anna@example.com' }, { url: 'https://x.example?mail=anna@example.com' }],
    [{ body: 'mail me at anna@example.com' }, { body: 'mail me at anna@example.com' }],
    [{ body: 'https://x.example/@anna' }, { body: 'https://x.example/@anna' }],
    [
      { has_token: true, token: null, secret: '' },
      { has_token: true, token: null, secret: '' },
    ],
    ['text', 'text'],
    [null, null],
  ]
  for (const [value, struck] of cases) assert.deepEqual(strikeValue(value), struck, JSON.stringify(value))
})

test('an access token is struck out of any text', () => {
  const token = Buffer.from('tok:b6bec9c1_b980_4d66_8b78_000000000000:1:0').toString('base64')
  assert.equal(strikeText(`Use ${token}.`), `Use ${HIDDEN}.`)
  assert.deepEqual(strikeHeaders({ cookie: 'a=b', 'x-note': token, host: 'h', gone: undefined }), {
    cookie: HIDDEN,
    'x-note': HIDDEN,
    host: 'h',
  })
})

test('secret parameters are struck out of a path, and a path that cannot be decoded stays', () => {
  const cases: [url: string, struck: string][] = [
    ['/contacts/1', '/contacts/1'],
    ['/contacts?page=2&token=abc', `/contacts?page=2&token=${HIDDEN}`],
    ['/x?access%5Ftoken=abc', `/x?access%5Ftoken=${HIDDEN}`],
    ['/x?%zz=1&a=b?c', '/x?%zz=1&a=b?c'],
    ['/x?', '/x?'],
  ]
  for (const [url, struck] of cases) assert.equal(strikePath(url), struck)
})

test('the beginning of a JSON text that is cut off has no secret either', () => {
  const cases: [text: string, struck: string][] = [
    ['{"a":"b","token":"abc","c":"d', `{"a":"b","token":"${HIDDEN}","c":"d`],
    ['{"password":"half of i', `{"password":"${HIDDEN}"`],
    ['{"password" : "with \\" quote","x":1', `{"password":"${HIDDEN}","x":1`],
    ['{"pin":1234,"x":1', `{"pin":"${HIDDEN}","x":1`],
    ['{"a":1,"credentials":{"user":"u"},"b":2', '{"a":1,"credentials":'],
    ['{"tokens":["a","b"', '{"tokens":'],
    ['{"list":["a"],"data":{"x":1', '{"list":["a"],"data":{"x":1'],
    ['no JSON', 'no JSON'],
    ['access_token=abc&x=1', `access_token=${HIDDEN}&x=1`],
    ["{token: 'abc', x: 'y'}", `{token: '${HIDDEN}', x: 'y'}`],
    ['[{password=abc}', `[{password=${HIDDEN}}`],
  ]
  for (const [text, struck] of cases) assert.equal(strikeCutJson(text), struck)
})

test('a text of a caller is read in one pass, and values as deep as they are', () => {
  // With an expression that goes back, each of these takes seconds: far more than the limit, which is generous.
  const texts = ['a.', 'a', '://', '://a@', '?a', '?a=', '"', '"a":"', '"\\', 'a-', 'a[ ', '%', '"token" : {', '/dG9rO']
  const started = process.cpuUsage()
  for (const one of texts) {
    const text = `${one.repeat(64_000 / one.length)} ://`
    strikeText(text)
    strikeCutJson(text)
  }
  const { user } = process.cpuUsage(started)
  assert.ok(user < 3_000_000, `${user} µs of the processor`)
  let deep: unknown = { token: 'abc' }
  for (let level = 0; level < 30_000; level++) deep = [deep]
  assert.doesNotMatch(JSON.stringify(strikeValue(deep)), /abc/)
})
