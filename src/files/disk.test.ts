// Storage on disk: writes are atomic, files belong to their owner alone, and failures leave no drafts.
import assert from 'node:assert/strict'
import { readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { temporaryFolder } from '../../test/files.ts'
import { diskStorage } from './disk.ts'
import { newKey } from './keys.ts'
import { StorageUnavailable } from './storage.ts'

const parent = await temporaryFolder()
const files = join(parent, 'files')
const drafts = join(files, '.drafts')
const storage = await diskStorage(parent)

test('an invalid key is refused', async () => {
  const wrong = [
    '../../etc/passwd',
    '/etc/passwd',
    'abcdefgh/../../x',
    'abcdefgh/00/x',
    '',
    '.drafts/00/'.padEnd(41, '0'),
  ]
  for (const key of wrong) {
    await assert.rejects(storage.put(key, [Buffer.from('x')]), /is not the key of a file/)
    await assert.rejects(storage.get(key), /is not the key of a file/)
    await assert.rejects(storage.remove(key), /is not the key of a file/)
  }
})

test('a file is not readable while it is being written, and a failed write leaves no draft', async () => {
  const key = newKey('abcdefgh')
  const bytes = async function* () {
    yield Buffer.from('half')
    assert.equal(readdirSync(drafts).length, 1)
    assert.equal(await storage.get(key), undefined)
    throw new Error('enough')
  }
  await assert.rejects(storage.put(key, bytes()), { message: 'enough' })
  assert.deepEqual(readdirSync(drafts), [])
})

test('a disk error is reported as unavailable storage, and leaves no draft', async () => {
  const key = newKey('abcdefgh')
  // A file is in the way of the folder.
  writeFileSync(join(files, 'blocked'), '')
  await assert.rejects(storage.put(key.replace('abcdefgh', 'blocked'), [Buffer.from('x')]), StorageUnavailable)
  assert.deepEqual(readdirSync(drafts), [])
})

test('only the owner can read files; they are spread over folders, and empty folders are removed', async () => {
  const key = newKey('folders1')
  await storage.put(key, [Buffer.from('mine')])
  assert.match(key, /^folders1\/[0-9a-f]{2}\/[0-9a-f]{30}$/)
  assert.equal(await readFile(join(files, key), 'utf8'), 'mine')
  assert.equal(statSync(join(files, key)).mode & 0o777, 0o600)
  assert.equal(statSync(join(files, 'folders1')).mode & 0o777, 0o700)
  await storage.remove(key)
  assert.ok(!readdirSync(files).includes('folders1'))
})

test('drafts that a killed server left are removed at the next start; those being written are not', async () => {
  const [left, young] = [join(drafts, 'left'), join(drafts, 'young')]
  for (const path of [left, young]) writeFileSync(path, 'half')
  const before = new Date(Date.now() - 2 * 60 * 60_000)
  utimesSync(left, before, before)
  await diskStorage(parent)
  assert.deepEqual(readdirSync(drafts), ['young'])
})

test('a data directory that cannot be used is refused at once', async () => {
  const path = join(parent, 'a-file')
  writeFileSync(path, '')
  await assert.rejects(diskStorage(path), /data directory .* cannot be used/)
  await mkdir(join(parent, 'other'))
  writeFileSync(join(parent, 'other', 'files'), '')
  await assert.rejects(diskStorage(join(parent, 'other')))
})
