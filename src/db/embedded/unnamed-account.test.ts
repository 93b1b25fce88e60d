// An account without a name: what initdb is told, and what the operator.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { namesOfAccount } from './unnamed-account.ts'

const directory = mkdtempSync(join(tmpdir(), 'interphone-account-'))
after(() => rmSync(directory, { recursive: true }))
const library = join(directory, 'libnss_wrapper.so')
const unnamed = { uid: 123_456, gid: 0, hasName: () => false }

test('without a name and without the library, the operator is told in one sentence what helps', () => {
  const nowhere = { ...unnamed, libraries: [join(directory, '*/libnss_wrapper.so')] }
  assert.throws(() => namesOfAccount(directory, nowhere), {
    message:
      'the uid 123456 has no name, which initdb needs: add one to /etc/passwd, install libnss-wrapper, or set DATABASE_URL.',
  })
  assert.deepEqual(readdirSync(directory), [])
})

test('without a name, the library gives one', () => {
  writeFileSync(library, '')
  const names = namesOfAccount(directory, { ...unnamed, libraries: ['/nowhere/*.so', library] })
  assert.equal(names.LD_PRELOAD, library)
  assert.equal(readFileSync(String(names.NSS_WRAPPER_PASSWD), 'utf8'), 'interphone:x:123456:0::/:/bin/false\n')
  assert.equal(readFileSync(String(names.NSS_WRAPPER_GROUP), 'utf8'), 'interphone:x:0:\n')
})

test('an account with a name needs nothing, nor does a system without uids', () => {
  assert.deepEqual(namesOfAccount(directory, { ...unnamed, hasName: () => true }), {})
  assert.deepEqual(namesOfAccount(directory, { libraries: [] }), {}, 'the account of the tests has a name')
})

test('a process whose uid has no name is recognised', { skip: process.getuid?.() !== 0 && 'needs root' }, () => {
  const text = `import(${JSON.stringify(import.meta.resolve('./unnamed-account.ts'))})
    .then((m) => { try { console.log(m.namesOfAccount('/', { libraries: [] })) } catch (e) { console.log(e.message) } })`
  const printed = execFileSync(process.execPath, ['-e', text], { uid: 123_456, gid: 0, encoding: 'utf8' })
  assert.match(printed, /^the uid 123456 has no name/)
})
