// The order of statuses, for every pair.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { advance, type Status } from './status.ts'

const ORDER: Status[] = ['queued', 'sent', 'delivered', 'read']

test('a status never moves back, however late or repeated the reports are', () => {
  for (const [i, from] of ORDER.entries()) {
    for (const [j, reported] of ORDER.entries()) {
      assert.equal(advance(from, reported), ORDER[Math.max(i, j)], `${from} then ${reported}`)
    }
  }
})

test('only a delivery that is not delivered yet can fail', () => {
  assert.deepEqual(
    ORDER.map((from) => advance(from, 'failed')),
    ['failed', 'failed', 'delivered', 'read'],
  )
})

test('a success after a failure counts', () => {
  assert.equal(advance('failed', 'sent'), 'failed')
  assert.equal(advance('failed', 'delivered'), 'delivered')
  assert.equal(advance('failed', 'read'), 'read')
})
