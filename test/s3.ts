// An S3 for tests: speaks the protocol in path style, and rejects wrong signatures.
// https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after } from 'node:test'
import type { Bucket } from '#files/s3.ts'

export const CREDENTIALS = {
  access_key_id: 'AKIDEXAMPLE',
  secret_access_key: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
}
export const REGION = 'eu-central-1'
const BUCKET = 'letters'

export type S3 = {
  url: string
  bucket: string
  objects: Map<string, Buffer>
  /** The uploads in parts that have not ended, by their ids: their parts by number. */
  uploads: Map<string, Map<string, { etag: string; body: Buffer }>>
  /** Answers 200 with an error when an upload is completed, as S3 may do. */
  breaks_completion: boolean
  /** The requests, such as `PUT abc/00/1`. */
  calls: string[]
  /** The next requests get these statuses; 0 breaks the connection. */
  faults: number[]
  /** Accepts connections, and breaks every one. */
  is_down: boolean
}

export async function s3Server(): Promise<S3> {
  const s3: S3 = {
    url: '',
    bucket: BUCKET,
    objects: new Map(),
    uploads: new Map(),
    breaks_completion: false,
    calls: [],
    faults: [],
    is_down: false,
  }
  const server = createServer((request, response) => void answer(s3, request, response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  after(() => {
    server.closeAllConnections()
    server.close()
  })
  s3.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return s3
}

/** Opens it as a server would. */
export const bucketOf = ({ bucket: name, url: endpoint }: S3): Bucket => ({
  name,
  endpoint,
  region: REGION,
  ...CREDENTIALS,
})

async function answer(s3: S3, request: IncomingMessage, response: ServerResponse) {
  const body = Buffer.concat(await Array.fromAsync(request))
  const { method = '', url = '' } = request
  const [path = '', search = ''] = url.split('?')
  const query = new URLSearchParams(search)
  const [, bucket, ...parts] = decodeURIComponent(path).split('/')
  const key = parts.join('/')
  s3.calls.push(`${method} ${key}${search && `?${[...query.keys()].sort().join('&')}`}`)
  const fault = s3.faults.shift()
  if (fault === 0 || s3.is_down) return request.socket.destroy()
  const refuse = (status: number, code: string) =>
    response
      .writeHead(status, { 'content-type': 'application/xml' })
      .end(`<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>No.</Message></Error>`)
  if (fault) return refuse(fault, fault === 503 ? 'SlowDown' : 'InternalError')
  const wrong = wrongIn(request, body)
  if (wrong) return refuse(403, wrong)
  if (bucket !== s3.bucket) return refuse(404, 'NoSuchBucket')
  if (search) return answerParts(s3, response, { method, key, query, body })
  if (method === 'PUT') {
    if (Number(request.headers['content-length']) !== body.length) return refuse(411, 'MissingContentLength')
    s3.objects.set(key, body)
    return response.writeHead(200, { etag: `"${createHash('md5').update(body).digest('hex')}"` }).end()
  }
  if (method === 'DELETE') {
    s3.objects.delete(key)
    return response.writeHead(204).end()
  }
  const object = s3.objects.get(key)
  if (!object) return refuse(404, 'NoSuchKey')
  const [, start, end] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? []
  if (start === undefined) return response.writeHead(200, { 'content-length': object.length }).end(object)
  const slice = object.subarray(Number(start), Number(end) + 1)
  response.writeHead(206, { 'content-length': slice.length }).end(slice)
}

type OfUpload = { method: string; key: string; query: URLSearchParams; body: Buffer }

/** The requests of an upload in parts. The object is there when it is completed, with exactly the parts that are named. */
function answerParts(s3: S3, response: ServerResponse, { method, key, query, body }: OfUpload) {
  const id = query.get('uploadId') ?? String(s3.calls.length)
  const xml = (text: string) => response.writeHead(200, { 'content-type': 'application/xml' }).end(text)
  if (method === 'POST' && query.has('uploads')) {
    s3.uploads.set(id, new Map())
    return xml(`<InitiateMultipartUploadResult><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`)
  }
  const upload = s3.uploads.get(id)
  if (!upload) return response.writeHead(404).end('<Error><Code>NoSuchUpload</Code></Error>')
  if (method === 'PUT') {
    const etag = `"${createHash('md5').update(body).digest('hex')}"`
    upload.set(String(query.get('partNumber')), { etag, body })
    return response.writeHead(200, { etag }).end()
  }
  s3.uploads.delete(id)
  if (method === 'DELETE') return response.writeHead(204).end()
  const named = [...String(body).matchAll(/<PartNumber>(\d+)<\/PartNumber><ETag>([^<]+)<\/ETag>/g)]
  const taken = named.map(([, number = '', etag]) => {
    const part = upload.get(number)
    return part?.etag === etag?.replaceAll('&quot;', '"') ? part?.body : undefined
  })
  if (s3.breaks_completion || taken.some((part) => !part)) return xml('<Error><Code>InternalError</Code></Error>')
  s3.objects.set(key, Buffer.concat(taken as Buffer[]))
  return xml('<CompleteMultipartUploadResult/>')
}

const MOST_APART_MS = 15 * 60_000

/** Returns the error code of a request's signature, or undefined. */
function wrongIn({ method = '', url = '', headers }: IncomingMessage, body: Buffer): string | undefined {
  const pattern =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/
  const [, id, day = '', region = '', signed = '', signature = ''] = pattern.exec(headers.authorization ?? '') ?? []
  if (!id) return 'AccessDenied'
  if (id !== CREDENTIALS.access_key_id) return 'InvalidAccessKeyId'
  if (region !== REGION) return 'AuthorizationHeaderMalformed'
  const date = String(headers['x-amz-date'])
  const at = Date.parse(date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'))
  if (!date.startsWith(day) || !(Math.abs(Date.now() - at) < MOST_APART_MS)) return 'RequestTimeTooSkewed'
  const names = signed.split(';')
  if (!['host', 'x-amz-content-sha256', 'x-amz-date'].every((name) => names.includes(name))) return 'AccessDenied'
  const hash = String(headers['x-amz-content-sha256'])
  if (hash !== sha256(body)) return 'XAmzContentSHA256Mismatch'

  const [path = '', query = ''] = url.split('?')
  const canonical = [
    method,
    path,
    query.split('&').sort().join('&'),
    ...names.map(
      (name) =>
        `${name}:${String(headers[name] ?? '')
          .trim()
          .replace(/ +/g, ' ')}`,
    ),
    '',
    signed,
    hash,
  ].join('\n')
  const text = ['AWS4-HMAC-SHA256', date, `${day}/${region}/s3/aws4_request`, sha256(canonical)].join('\n')
  const key = [day, region, 's3', 'aws4_request'].reduce<string | Buffer>(
    (key, part) => createHmac('sha256', key).update(part).digest(),
    `AWS4${CREDENTIALS.secret_access_key}`,
  )
  const expected = createHmac('sha256', key).update(text).digest()
  return timingSafeEqual(expected, Buffer.from(signature, 'hex')) ? undefined : 'SignatureDoesNotMatch'
}

const sha256 = (bytes: string | Buffer) => createHash('sha256').update(bytes).digest('hex')
