// What both storages promise alike; and what becomes of files when one moves from disk to S3.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { temporaryFolder } from '../../test/files.ts'
import { bucketOf, s3Server } from '../../test/s3.ts'
import { diskStorage } from './disk.ts'
import { newKey } from './keys.ts'
import { s3Storage } from './s3.ts'
import { movedFrom, type Slice, type Storage } from './storage.ts'

const s3 = await s3Server()
const disk = await diskStorage(await temporaryFolder())
const bucket = s3Storage(bucketOf(s3))

async function read(storage: Storage, key: string, slice?: Slice): Promise<Buffer | undefined> {
  const bytes = await storage.get(key, slice)
  return bytes && Buffer.concat(await bytes.toArray())
}

for (const [name, storage] of Object.entries({ disk, s3: bucket })) {
  describe(name, () => {
    test('nothing is read under a key that holds nothing, and removing it is no error', async () => {
      const key = newKey('abcdefgh')
      assert.equal(await storage.get(key), undefined)
      await storage.remove(key)
    })

    test('where the bytes fail halfway, their error is passed on and nothing is there', async () => {
      const key = newKey('abcdefgh')
      const failing = async function* () {
        yield Buffer.from('half')
        throw new Error('The sender has gone')
      }
      await assert.rejects(storage.put(key, failing()), { message: 'The sender has gone' })
      assert.equal(await storage.get(key), undefined)
    })

    test('bytes are read as they were put, whole and in slices, until they are removed', async () => {
      const key = newKey('abcdefgh')
      const bytes = Buffer.alloc(200_000, 'Ünïcode ')
      await storage.put(key, [bytes.subarray(0, 70_000), bytes.subarray(70_000)])
      assert.deepEqual(await read(storage, key), bytes)
      assert.deepEqual(await read(storage, key, { start: 10, end: 10 }), bytes.subarray(10, 11))
      assert.deepEqual(await read(storage, key, { start: 69_990, end: 150_000 }), bytes.subarray(69_990, 150_001))
      await storage.remove(key)
      assert.equal(await storage.get(key), undefined)
    })

    test('a file may be empty', async () => {
      const key = newKey('abcdefgh')
      await storage.put(key, [])
      assert.deepEqual(await read(storage, key), Buffer.alloc(0))
    })

    test('many are put and removed at once', async () => {
      const keys = Array.from({ length: 60 }, () => newKey('abcdefgh'))
      await Promise.all(keys.map((key) => storage.put(key, [Buffer.from(key)]).then(() => storage.remove(key))))
      await Promise.all(keys.map((key) => storage.put(key, [Buffer.from(key)])))
      for (const key of keys) assert.equal(String(await read(storage, key)), key)
      await Promise.all(keys.map(storage.remove))
    })
  })
}

test('who moves to S3 can still read, and remove, what lies on the disk', async () => {
  const [old, young] = [newKey('abcdefgh'), newKey('abcdefgh')]
  await disk.put(old, [Buffer.from('old')])
  const moved = movedFrom(disk, bucket)
  await moved.put(young, [Buffer.from('young')])
  assert.deepEqual([String(await read(moved, old)), String(await read(moved, young))], ['old', 'young'])
  assert.equal(await disk.get(young), undefined)
  await moved.remove(old)
  await moved.remove(young)
  assert.deepEqual([await moved.get(old), await moved.get(young)], [undefined, undefined])
})
