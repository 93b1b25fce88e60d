// The lattice of statuses, over every pair.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { advance, type Status } from './status.ts'

const ORDER: Status[] = ['queued', 'sent', 'delivered', 'read']

test('a status never moves backwards, however late or doubled the reports are', () => {
  for (const [i, from] of ORDER.entries()) {
    for (const [j, reported] of ORDER.entries()) {
      assert.equal(advance(from, reported), ORDER[Math.max(i, j)], `${from} then ${reported}`)
    }
  }
})

test('a failure ends what was not delivered, and nothing else', () => {
  assert.deepEqual(
    ORDER.map((from) => advance(from, 'failed')),
    ['failed', 'failed', 'delivered', 'read'],
  )
})

test('a provider that first says failed and then something better is believed', () => {
  assert.equal(advance('failed', 'sent'), 'failed')
  assert.equal(advance('failed', 'delivered'), 'delivered')
  assert.equal(advance('failed', 'read'), 'read')
})
