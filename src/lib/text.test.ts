// Making text from outside fit for the database.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { storable } from './text.ts'

test('NUL is removed, half a character becomes U+FFFD, and everything else stays', () => {
  assert.equal(storable('a\0b'), 'ab')
  assert.equal(storable('half \ud83c'), 'half \ufffd')
  assert.equal(storable('whole 🎉 \u202e\r\n'), 'whole 🎉 \u202e\r\n')
})
