// How long a delivery waits between attempts.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DEFAULT_RETRY, nextWait } from './retry.ts'

const EXACT = 0.5
const wait = (attempt: number, more = {}) => nextWait(DEFAULT_RETRY, { attempt, age_ms: 0, ...more }, EXACT)

test('waits grow threefold up to an hour', () => {
  assert.deepEqual(
    [1, 2, 3, 4].map((attempt) => wait(attempt)),
    [5_000, 15_000, 45_000, 135_000],
  )
  assert.equal(wait(40), 3_600_000)
})

test('waits vary by up to a fifth, so that deliveries that failed together are not retried together', () => {
  assert.equal(nextWait(DEFAULT_RETRY, { attempt: 1, age_ms: 0 }, 0), 4_000)
  assert.equal(nextWait(DEFAULT_RETRY, { attempt: 1, age_ms: 0 }, 1), 6_000)
})

test('a wait is at least as long as the provider asks for', () => {
  assert.equal(wait(1, { retry_after: 120 }), 120_000)
  assert.equal(wait(4, { retry_after: 1 }), 135_000)
})

test('a delivery is given up when its next attempt would come after a day', () => {
  const day = 24 * 3_600_000
  assert.equal(wait(1, { age_ms: day - 5_000 }), 5_000)
  assert.equal(wait(1, { age_ms: day - 4_999 }), null)
  assert.equal(wait(1, { retry_after: 90_000 }), null)
})
