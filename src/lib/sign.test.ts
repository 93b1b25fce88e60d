// Signed texts: only an exact, unchanged text verifies.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sign, verify } from './sign.ts'

const signed = sign('secret', 'reply', 'ab12cd34.1')

test('a text that was changed, lengthened, shortened or signed for another purpose does not verify', () => {
  const others = [
    '',
    '-',
    'x',
    `${signed}0`,
    `${signed}-`,
    `${signed}x`,
    ` ${signed}`,
    signed.slice(0, -1),
    `0${signed}`,
  ]
  for (const other of [...others, signed.replace('-', ''), signed.replace(/^../, '62'), `${signed}\n`])
    assert.equal(verify('secret', 'reply', other), undefined, JSON.stringify(other))
  assert.equal(verify('secret', 'bounce', signed), undefined)
  assert.equal(verify('another secret', 'reply', signed), undefined)
})

test('a signed text verifies in upper and lower case', () => {
  assert.equal(verify('secret', 'reply', signed), 'ab12cd34.1')
  assert.equal(verify('secret', 'reply', signed.toUpperCase()), 'ab12cd34.1')
})
