// The behaviour that disk and S3 have in common, and moving from disk to S3.
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
    test('a missing key reads as undefined, and removing it is not an error', async () => {
      const key = newKey('abcdefgh')
      assert.equal(await storage.get(key), undefined)
      await storage.remove(key)
    })

    test('if the source of the bytes fails halfway, its error is thrown and nothing is stored', async () => {
      const key = newKey('abcdefgh')
      const failing = async function* () {
        yield Buffer.from('half')
        throw new Error('The sender disconnected')
      }
      await assert.rejects(storage.put(key, failing()), { message: 'The sender disconnected' })
      assert.equal(await storage.get(key), undefined)
    })

    test('bytes are read as they were written, whole and in slices, until they are removed', async () => {
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

    test('many files are written and removed at once', async () => {
      const keys = Array.from({ length: 60 }, () => newKey('abcdefgh'))
      await Promise.all(keys.map((key) => storage.put(key, [Buffer.from(key)]).then(() => storage.remove(key))))
      await Promise.all(keys.map((key) => storage.put(key, [Buffer.from(key)])))
      for (const key of keys) assert.equal(String(await read(storage, key)), key)
      await Promise.all(keys.map(storage.remove))
    })
  })
}

test('after a move to S3, files on the disk can still be read and removed', async () => {
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
