// What was sealed can be opened with the same secret, for the same purpose, unchanged; and not otherwise.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seal, unseal } from './seal.ts'

const sealed = seal('a secret', 'tests', 'token für Zoë')

test('with another secret, for another purpose, or changed, it cannot be opened', () => {
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

test('with the same secret it is the same text, and the same text is sealed differently each time', () => {
  assert.equal(unseal('a secret', 'tests', sealed), 'token für Zoë')
  assert.notDeepEqual(seal('a secret', 'tests', 'token für Zoë'), sealed)
  assert.ok(!sealed.includes('token'))
})
