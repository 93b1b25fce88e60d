// Signed tokens: only unchanged tokens are read.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readToken, signToken } from './token.ts'

const contents = { who: 'Jürgen', until: 7 }
const token = signToken('secret', 'session', contents)

test('a token that is forged, changed or signed for another purpose is not read', () => {
  const [text = '', mac = ''] = token.split('.')
  const other = Buffer.from(JSON.stringify({ ...contents, until: 8 })).toString('base64url')
  const forged = [
    '',
    '.',
    'x',
    text,
    `${text}.`,
    `${text}.x`,
    `${other}.${mac}`,
    `${token}.x`,
    `${text}.${mac.slice(1)}`,
  ]
  for (const one of [...forged, `.${mac}`]) assert.equal(readToken('secret', 'session', one), undefined, one)
  assert.equal(readToken('another secret', 'session', token), undefined)
  assert.equal(readToken('secret', 'link', token), undefined)
})

test('a token is read with the contents that were signed', () => {
  assert.deepEqual(readToken('secret', 'session', token), contents)
  assert.match(token, /^[\w-]+\.[\w-]{43}$/)
})
