// Passwords in URLs, pasted as they are.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { readConfig } from '#config.ts'
import { withEncodedPassword } from './url-login.ts'

const PASSWORDS = [
  'a/b',
  'a?b',
  'a#b',
  'p@ss',
  'p@ss/w?rd#1',
  'a:b',
  '//',
  '@',
  '[x]',
  'a\\b',
  'a b',
  '%zz',
  '100%',
  'ä€',
  'a=b&c',
]
const HOSTS = [
  'mail.example.com',
  'mail.example.com:587',
  'mail.example.com:587/?requireTLS=true',
  '127.0.0.1:25',
  '[::1]:25',
]

describe('a password may hold any character', () => {
  for (const password of PASSWORDS)
    test(password, () => {
      for (const host of HOSTS) {
        const plain = new URL(`smtp://user:x@${host}`)
        const read = new URL(withEncodedPassword(`smtp://user:${password}@${host}`))
        assert.deepEqual(
          [read.hostname, read.port, read.search, read.username],
          [plain.hostname, plain.port, plain.search, 'user'],
        )
        const decoded = decodeURIComponent(read.password.replace(/%(?![\da-f]{2})/gi, '%25'))
        assert.equal(decoded, password)
        const encoded = `smtp://user:${encodeURIComponent(password)}@${host}`
        assert.equal(withEncodedPassword(encoded), encoded)
      }
    })
})

test('a URL without a password is as it was, also one that cannot be used', () => {
  for (const url of [
    'smtp://mail.example.com',
    'smtp://user@mail.example.com:25',
    'smtp://[::1]',
    'smtp://a:b',
    'x',
    '',
  ])
    assert.equal(withEncodedPassword(url), url)
})

test('SMTP_URL may hold such a password', () => {
  const { smtp_url } = readConfig({
    SMTP_URL: 'smtp://user:p@ss/w?rd#1@mail.example.com:2525',
    EMAIL_FROM: 'a@example.com',
  })
  const { host, password } = new URL(smtp_url as string)
  assert.deepEqual([host, decodeURIComponent(password)], ['mail.example.com:2525', 'p@ss/w?rd#1'])
})
