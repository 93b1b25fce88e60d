// A sealed text opens only with the same secret, for the same purpose, and unchanged.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seal, unseal } from './seal.ts'

const sealed = seal('a secret', 'tests', 'token für Zoë')

test('a sealed text does not open with another secret, for another purpose, or changed', () => {
  assert.equal(unseal('another secret', 'tests', sealed), undefined)
  assert.equal(unseal('a secret', 'other tests', sealed), undefined)
  for (let at = 0; at < sealed.length; at++) {
    const changed = Buffer.from(sealed)
    changed[at]! ^= 1
    assert.equal(unseal('a secret', 'tests', changed), undefined)
  }
  assert.equal(unseal('a secret', 'tests', sealed.subarray(0, 20)), undefined)
  assert.equal(unseal('a secret', 'tests', Buffer.alloc(0)), undefined)
})

test('a sealed text opens with the same secret, and each sealing of a text is different', () => {
  assert.equal(unseal('a secret', 'tests', sealed), 'token für Zoë')
  assert.notDeepEqual(seal('a secret', 'tests', 'token für Zoë'), sealed)
  assert.ok(!sealed.includes('token'))
})
