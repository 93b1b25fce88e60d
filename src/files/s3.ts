// Stores files on S3 or S3-compatible storage: MinIO, R2, Ceph, B2 and others.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html
import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import { inParts, putInParts } from './s3-parts.ts'
import { type Storage, StorageUnavailable } from './storage.ts'

export type Bucket = {
  name: string
  region: string
  /** The URL of a service other than Amazon's: then the bucket is named by the path, not by the host. */
  endpoint?: string | undefined
  access_key_id: string
  secret_access_key: string
}

/** Until the headers of the response; reading a file may take longer. */
const TIMEOUT_MS = 30_000
/** Further attempts if the service is overloaded. */
const RETRIES = 3

/** The bytes of a part of a large file. S3 takes 10,000 parts, and none but the last may have less than 5 MB. */
const PART_BYTES = 16 * 2 ** 20

/**
 * Makes no request and loads no library before the first file. A file of up to a part is one request; a larger one is sent
 * in parts. A part is in memory while it is sent: S3 needs its length and its checksum first.
 */
export function s3Storage(bucket: Bucket, part_bytes = PART_BYTES): Storage {
  const base = baseOf(bucket)
  const signing = loadedOnce(async () => {
    const { AwsClient } = await import('aws4fetch')
    return new AwsClient({
      accessKeyId: bucket.access_key_id,
      secretAccessKey: bucket.secret_access_key,
      region: bucket.region,
      service: 's3',
      retries: RETRIES,
    })
  })

  async function call(method: string, key: string, headers: Record<string, string>, body?: Buffer) {
    const client = await signing()
    const controller = new AbortController()
    const timer = setTimeout(() => controller.abort(), TIMEOUT_MS)
    try {
      return await client.fetch(`${base}/${key}`, {
        method,
        headers: { 'x-amz-content-sha256': body ? sha256(body) : EMPTY, ...headers },
        signal: controller.signal,
        ...(body && { body: new Uint8Array(body) }),
      })
    } catch (error) {
      const { cause, message } = error as Error
      throw new StorageUnavailable(`S3 cannot be reached: ${cause instanceof Error ? cause.message : message}`)
    } finally {
      clearTimeout(timer)
    }
  }

  return {
    hasRoom: async () => true,

    async put(key, bytes) {
      const parts = inParts(bytes, part_bytes)
      const first = (await parts.next()).value ?? Buffer.alloc(0)
      const second = await parts.next()
      if (second.done) return succeeded(await call('PUT', key, BINARY, first))
      await putInParts({ call, succeeded }, key, [first, second.value], parts)
    },

    async get(key, slice) {
      const answer = await call('GET', key, slice ? { range: `bytes=${slice.start}-${slice.end}` } : {})
      if (await isMissing(answer)) return undefined
      if (!answer.ok || !answer.body) return succeeded(answer) as never
      return Readable.fromWeb(answer.body as ReadableStream)
    },

    async remove(key) {
      const answer = await call('DELETE', key, {})
      if (!(await isMissing(answer))) await succeeded(answer)
    },
  }
}

const BINARY = { 'content-type': 'application/octet-stream' }

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')
const EMPTY = sha256(Buffer.alloc(0))

/** Amazon's certificates do not cover a bucket name with dots, so the path names such a bucket. */
function baseOf({ name, region, endpoint }: Bucket): string {
  if (endpoint) return `${endpoint}/${name}`
  const host = `s3.${region}.amazonaws.com`
  return name.includes('.') ? `https://${host}/${name}` : `https://${name}.${host}`
}

function loadedOnce<T>(load: () => Promise<T>): () => Promise<T> {
  let loading: Promise<T> | undefined
  return () => (loading ??= load())
}

/** Returns whether the object is missing. A missing bucket is a wrong setting, so it throws. */
async function isMissing(answer: Response): Promise<boolean> {
  if (answer.status !== 404) return false
  const code = await codeOf(answer)
  if (code === 'NoSuchBucket') throw new StorageUnavailable('S3 answered 404 NoSuchBucket')
  return true
}

async function succeeded(answer: Response): Promise<void> {
  if (answer.ok) return void (await answer.body?.cancel())
  throw new StorageUnavailable(`S3 answered ${answer.status} ${await codeOf(answer)}`.trim())
}

/** An error's body is XML. Its code says what is wrong, and contains no secret. */
async function codeOf(answer: Response): Promise<string> {
  const text = await answer.text().catch(() => '')
  return /<Code>([A-Za-z0-9.]{1,64})<\/Code>/.exec(text)?.[1] ?? ''
}
