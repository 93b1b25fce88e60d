// Telephone numbers.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { e164 } from './phone.ts'

test('a text that is not an international number has no E.164 form', () => {
  for (const text of ['', 'abc', '12', '+1234567', '(415) 555-2671', 'call +14155552671', '+']) {
    assert.equal(e164(text), null, text)
  }
})

test('an international number is read with or without its plus, as text or as a number', () => {
  for (const text of ['5547999998888', 5547999998888, '+5547999998888', '+55 47 99999-8888', '005547999998888']) {
    assert.equal(e164(text), '+5547999998888')
  }
})

test('numbers reserved for tests and fiction are valid', () => {
  assert.equal(e164('+1 555 123 4567'), '+15551234567')
  assert.equal(e164('15005550006'), '+15005550006')
})
