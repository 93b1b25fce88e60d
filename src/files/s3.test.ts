// S3 that refuses requests, is overloaded, or cannot be reached. The test server checks every signature.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, test } from 'node:test'
import { freePort } from '#lib/free-port.ts'
import { bucketOf, CREDENTIALS, s3Server } from '../../test/s3.ts'
import { newKey } from './keys.ts'
import { type Bucket, s3Storage } from './s3.ts'
import { StorageUnavailable } from './storage.ts'

const s3 = await s3Server()
const right = bucketOf(s3)
const key = newKey('abcdefgh')
const file = [Buffer.from('bytes')]

const unavailable = (reason: RegExp) => (error: Error) => {
  assert.ok(error instanceof StorageUnavailable)
  assert.match(error.message, reason)
  assert.ok(!error.message.includes(CREDENTIALS.secret_access_key))
  return true
}

test('a wrong secret, key, region or bucket is reported with its S3 code, and nothing is stored', async () => {
  const wrong: [change: Partial<Bucket>, reason: RegExp][] = [
    [{ secret_access_key: 'wrong' }, /S3 answered 403 SignatureDoesNotMatch/],
    [{ access_key_id: 'AKIDOTHER' }, /S3 answered 403 InvalidAccessKeyId/],
    [{ region: 'us-east-1' }, /S3 answered 403 AuthorizationHeaderMalformed/],
    [{ name: 'nowhere' }, /S3 answered 404 NoSuchBucket/],
  ]
  for (const [change, reason] of wrong) {
    const storage = s3Storage({ ...right, ...change })
    await assert.rejects(storage.put(key, file), unavailable(reason))
    await assert.rejects(storage.get(key), unavailable(reason))
    await assert.rejects(storage.remove(key), unavailable(reason))
  }
  assert.equal(s3.objects.size, 0)
})

test('the storage is unavailable if no server listens or the connection breaks', async () => {
  const away = s3Storage({ ...right, endpoint: `http://127.0.0.1:${await freePort()}` })
  await assert.rejects(away.put(key, file), unavailable(/S3 cannot be reached: .*ECONNREFUSED/))
  s3.faults.push(0)
  await assert.rejects(s3Storage(right).put(key, file), unavailable(/S3 cannot be reached/))
})

test('a request to an overloaded S3 is retried, a limited number of times', async () => {
  s3.faults.push(503, 500, 503)
  s3.calls.length = 0
  await s3Storage(right).put(key, file)
  assert.equal(String(s3.objects.get(key)), 'bytes')
  assert.deepEqual(s3.calls, Array(4).fill(`PUT ${key}`))
  s3.faults.push(503, 503, 503, 503)
  await assert.rejects(s3Storage(right).get(key), unavailable(/S3 answered 503 SlowDown/))
})

describe('a file that is larger than a part', () => {
  const PART = 1_000
  const large = newKey('abcdefgh')
  const storage = s3Storage(right, PART)
  const bytes = randomBytes(3_500)
  const chunks = [bytes.subarray(0, 10), bytes.subarray(10, 2_900), bytes.subarray(2_900)]

  test('is absent, and its upload ended, if its bytes, a part or its completion fails', async () => {
    s3.faults.length = 0
    async function* broken() {
      yield bytes
      throw new Error('The sender has gone')
    }
    await assert.rejects(storage.put(large, broken()), /The sender has gone/)
    async function* refused() {
      yield bytes.subarray(0, 2 * PART)
      s3.faults.push(403)
      yield bytes.subarray(2 * PART)
    }
    await assert.rejects(storage.put(large, refused()), unavailable(/S3 answered 403/))
    assert.equal(s3.faults.length, 0)
    s3.breaks_completion = true
    await assert.rejects(storage.put(large, chunks), unavailable(/S3 answered 200 InternalError/))
    s3.breaks_completion = false
    assert.deepEqual([s3.objects.has(large), s3.uploads.size], [false, 0])
  })

  test('is sent in parts, and read as a whole', async () => {
    s3.calls.length = 0
    await storage.put(large, chunks)
    assert.ok(s3.objects.get(large)?.equals(bytes))
    const part = `PUT ${large}?partNumber&uploadId`
    assert.deepEqual(s3.calls, [`POST ${large}?uploads`, part, part, part, part, `POST ${large}?uploadId`])
    assert.equal(s3.uploads.size, 0)
  })

  test('of exactly one part is one request', async () => {
    s3.calls.length = 0
    await storage.put(large, [bytes.subarray(0, PART)])
    assert.deepEqual(s3.calls, [`PUT ${large}`])
  })
})
