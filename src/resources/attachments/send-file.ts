// Answers with a stored file, or with the part of it that the request asks for.
import type { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Slice } from '#files/storage.ts'
import { ApiError } from '#http/errors.ts'
import { matches } from '#http/etag.ts'
import { sliceOf } from './range.ts'

type Exchange = { headers: FastifyRequest['headers']; reply: FastifyReply }
type Headers = Record<string, string | number>

/**
 * Answers 200 with the file, 206 with a part of it (`Range`, unless `If-Range` has another ETag), or 304 if the client has it
 * already. The ETag is the SHA-256 of the file. @throws a 416 for a range outside of the file
 */
export async function sendFile(
  { headers, reply }: Exchange,
  { sha256, size }: { sha256: Buffer; size: number },
  described: Headers,
  read: (slice?: Slice) => Promise<Readable>,
): Promise<string> {
  const etag = `"${sha256.toString('hex')}"`
  const always = { 'accept-ranges': 'bytes', ...described, etag }
  if (matches(headers['if-none-match'], etag)) return answer(reply, 304, always, '')
  const isSame = headers['if-range'] === undefined || matches(String(headers['if-range']), etag)
  const slice = sliceOf(isSame ? headers.range : undefined, size)
  if (slice === 'out_of_range') throw outOfRange(size)
  const bytes = await read(slice === 'whole' ? undefined : slice)
  return answer(reply, slice === 'whole' ? 200 : 206, { ...always, ...lengthOf(slice, size) }, bytes)
}

/** Fastify sends a stream as it is; the cast satisfies the schema's type. */
function answer(reply: FastifyReply, status: number, headers: Headers, bytes: Readable | ''): string {
  reply.code(status).headers(headers)
  return bytes as string
}

const outOfRange = (size: number) =>
  new ApiError(416, 'range_not_satisfiable', `The file has ${size} bytes`, { 'content-range': `bytes */${size}` })

const lengthOf = (slice: Slice | 'whole', size: number): Headers =>
  slice === 'whole'
    ? { 'content-length': size }
    : {
        'content-length': slice.end - slice.start + 1,
        'content-range': `bytes ${slice.start}-${slice.end}/${size}`,
      }
