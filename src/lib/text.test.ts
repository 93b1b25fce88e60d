// Text from outside, as a database can hold it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { storable } from './text.ts'

test('NUL goes, half a character is shown as missing, and all else stays', () => {
  assert.equal(storable('a\0b'), 'ab')
  assert.equal(storable('half \ud83c'), 'half \ufffd')
  assert.equal(storable('whole 🎉 \u202e\r\n'), 'whole 🎉 \u202e\r\n')
})
