// The rate limit: headers on every answer, and an error above the limit.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testApp } from '../app.ts'

test('every answer has the limit in its headers, errors too', async () => {
  const t = await testApp()
  let remaining = 1666
  for (const [route, expected] of [
    ['GET /tags', 200],
    ['GET /tags/0', 404],
    ['POST /contacts', 400],
  ] as const) {
    const { status, headers } = await t.call(route, expected === 400 ? {} : undefined)
    assert.equal(status, expected)
    assert.equal(headers['x-ratelimit-limit'], '1666')
    assert.equal(headers['x-ratelimit-remaining'], String(--remaining))
    const reset = Number(headers['x-ratelimit-reset'])
    assert.ok(reset > Date.now() / 1000 && reset <= Date.now() / 1000 + 11)
  }
})

test('a server without a limit refuses no request', async () => {
  const t = await testApp({ rate_limit_per_minute: 0 })
  const answers = await Promise.all(Array.from({ length: 1700 }, () => t.call('GET /tags/0')))
  assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([404]))
  assert.equal((await t.call('GET /tags/0')).headers['x-ratelimit-remaining'], '0')
})

test('above the limit each token is refused separately, until the slice ends', async () => {
  const t = await testApp({ rate_limit_per_minute: 18 })
  for (let count = 0; count < 3; count++) assert.equal((await t.call('GET /tags')).status, 200)
  const { status, body, headers } = await t.call('POST /tags', { name: 'Too much' })
  assert.equal(status, 429)
  assert.deepEqual(body, {
    type: 'error.list',
    request_id: headers['x-request-id'],
    errors: [{ code: 'rate_limit_exceeded', message: 'Exceeded rate limit of 3 in 10_seconds' }],
  })
  assert.equal(headers['x-ratelimit-remaining'], '0')
  assert.ok(Number(headers['retry-after']) > 0 && Number(headers['retry-after']) <= 10)
  const { call } = await t.another()
  assert.deepEqual((await call('GET /tags')).body.data, [])
  const strangers = await Promise.all(Array.from({ length: 5 }, () => t.call('GET /tags', undefined, { token: 'x' })))
  assert.ok(strangers.every(({ status }) => status === 401))
})
