// Reading a Retry-After header.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { retryAfter } from './retry-after.ts'

test('a header that is absent, past or neither a number nor a date means no wait', () => {
  for (const header of [undefined, null, '', '0', 'soon', '-5', 'Sun, 06 Nov 1994 08:49:37 GMT'])
    assert.equal(retryAfter(header), 0, String(header))
})

test('a header has seconds, or a date', () => {
  assert.equal(retryAfter('120'), 120)
  const wait = retryAfter(new Date(Date.now() + 90_500).toUTCString())
  assert.ok(wait >= 89 && wait <= 91, String(wait))
})
