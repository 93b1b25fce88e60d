// Sends a large file to S3 in parts: the object exists when the upload is completed, or never.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateMultipartUpload.html
import { type Bytes, StorageUnavailable } from './storage.ts'

type Calls = {
  call(method: string, key: string, headers: Record<string, string>, body?: Buffer): Promise<Response>
  /** Throws for an error status. */
  succeeded(answer: Response): Promise<void>
}

/** Yields the bytes in parts of this size; the last one may be smaller. */
export async function* inParts(bytes: Bytes, part_bytes: number): AsyncGenerator<Buffer, undefined> {
  let waiting: Uint8Array[] = []
  let size = 0
  for await (const chunk of bytes) {
    for (let rest = chunk; rest.length; ) {
      const taken = rest.subarray(0, part_bytes - size)
      waiting.push(taken)
      size += taken.length
      rest = rest.subarray(taken.length)
      if (size < part_bytes) continue
      yield Buffer.concat(waiting)
      waiting = []
      size = 0
    }
  }
  if (size) yield Buffer.concat(waiting)
  return undefined
}

/** Sends the first parts and the rest. If anything fails, the upload is ended, so that S3 keeps no parts. */
export async function putInParts(
  { call, succeeded }: Calls,
  key: string,
  first: readonly Buffer[],
  rest: AsyncIterable<Buffer>,
): Promise<void> {
  const begun = await call('POST', `${key}?uploads=`, BINARY, Buffer.alloc(0))
  if (!begun.ok) return succeeded(begun)
  const id = /<UploadId>([^<]+)<\/UploadId>/.exec(await begun.text())?.[1]
  if (!id) throw new StorageUnavailable('S3 began an upload without an id')
  const upload = `uploadId=${encodeURIComponent(id)}`
  const etags: string[] = []
  const send = async (part: Buffer) => {
    const answer = await call('PUT', `${key}?partNumber=${etags.length + 1}&${upload}`, BINARY, part)
    await succeeded(answer)
    etags.push(answer.headers.get('etag') ?? '')
  }
  try {
    for (const part of first) await send(part)
    for await (const part of rest) await send(part)
    await complete(await call('POST', `${key}?${upload}`, XML, Buffer.from(partsOf(etags))), succeeded)
  } catch (error) {
    await call('DELETE', `${key}?${upload}`, {}).catch(() => {})
    throw error
  }
}

const BINARY = { 'content-type': 'application/octet-stream' }
const XML = { 'content-type': 'application/xml' }

const partsOf = (etags: readonly string[]): string =>
  `<CompleteMultipartUpload>${etags
    .map(
      (etag, index) =>
        `<Part><PartNumber>${index + 1}</PartNumber><ETag>${etag.replaceAll('"', '&quot;')}</ETag></Part>`,
    )
    .join('')}</CompleteMultipartUpload>`

/** S3 may answer 200 before it has put the parts together, and then say that it could not. */
async function complete(answer: Response, succeeded: Calls['succeeded']): Promise<void> {
  if (!answer.ok) return succeeded(answer)
  const code = /<Error>[\s\S]*?<Code>([A-Za-z0-9.]{1,64})<\/Code>/.exec(await answer.text())?.[1]
  if (code) throw new StorageUnavailable(`S3 answered 200 ${code}`)
}
