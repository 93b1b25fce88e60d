// What a contact sent besides words: fetched from Meta, which keeps it for some days, by the id that a message names.
import { retryAfter } from '#lib/retry-after.ts'
import { FetchFailed } from '#net/safe-fetch.ts'
import { isOfAccount, passes } from './errors.ts'
import { type Answered, ask, call, networkFault } from './graph.ts'
import type { MetaAccount } from './send.ts'

/** `bytes` throws MediaUnavailable. To be read to the end, or ended. */
export type Media = { content_type: string; bytes: AsyncIterable<Uint8Array>; end(): void }

/** `passing` where it is worth another try, after so many seconds at least: media stay at Meta for some days. */
export class MediaUnavailable extends Error {
  readonly passing: boolean
  readonly retry_after: number

  constructor(message: string, { passing, retry_after = 0 }: { passing: boolean; retry_after?: number }) {
    super(message)
    this.passing = passing
    this.retry_after = retry_after
  }
}

/** Milliseconds for the bytes; a fifth of them for the word on where they are. */
const TIMEOUT_MS = 60_000
const DESCRIPTION_BYTES = 64 * 1024

/**
 * Two calls, both with the token: `GET /{media_id}` tells the URL of the bytes, which is good for five minutes, and what
 * it names is fetched at once.
 * @throws MediaUnavailable where there is no such thing, it is larger than `most_bytes`, or Meta does not answer.
 */
export async function fetchMedia(
  account: MetaAccount,
  media_id: string,
  { most_bytes, timeout_ms = TIMEOUT_MS }: { most_bytes: number; timeout_ms?: number },
): Promise<Media> {
  const described = await describe(account, media_id, timeout_ms / 5)
  if (described.file_size > most_bytes) throw tooLarge(most_bytes)
  assertNoLessSafe(described.url, account.base_url)
  const { access_token: token, egress } = account
  const answer = await ask(described.url, { egress, token, timeout_ms, most_bytes }).catch((error) => {
    throw unavailable(error, most_bytes)
  })
  const { status, body, end } = answer
  if (status === 200) return { content_type: described.mime_type, bytes: reading(body, most_bytes), end }
  end()
  throw refused(answer)
}

async function describe({ base_url, access_token: token, egress }: MetaAccount, media_id: string, timeout_ms: number) {
  const url = `${base_url}/${encodeURIComponent(media_id)}`
  const answer = await call(url, { egress, token, timeout_ms, most_bytes: DESCRIPTION_BYTES }).catch((error) => {
    throw unavailable(error, DESCRIPTION_BYTES)
  })
  if (answer.status !== 200) throw refused(answer, answer.bytes)
  return read(answer.bytes)
}

async function* reading(body: AsyncIterable<Uint8Array>, most_bytes: number) {
  try {
    yield* body
  } catch (error) {
    throw unavailable(error, most_bytes)
  }
}

const unavailable = (error: unknown, most_bytes: number) =>
  error instanceof FetchFailed && error.code === 'too_large'
    ? tooLarge(most_bytes)
    : new MediaUnavailable(networkFault(error).reason, { passing: true })

/** A token that is not taken, or may not do this, may be put right; that there is no such thing may not. */
function refused({ status, headers }: Pick<Answered, 'status' | 'headers'>, bytes?: Buffer): MediaUnavailable {
  const { code, message } = errorIn(bytes)
  const passing = passes(status) || status === 401 || status === 403 || isOfAccount(code)
  const words = message ? `: ${message.slice(0, 300)}` : ''
  const retry_after = retryAfter(headers['retry-after'])
  return new MediaUnavailable(`Meta answered ${status} to a request for media${words}`, { passing, retry_after })
}

function errorIn(bytes: Buffer = Buffer.alloc(0)): { code?: number; message?: string } {
  try {
    const { code, message } = JSON.parse(bytes.toString()).error
    return { ...(typeof code === 'number' && { code }), ...(typeof message === 'string' && { message }) }
  } catch {
    return {}
  }
}

const tooLarge = (most_bytes: number) =>
  new MediaUnavailable(`The media are larger than ${most_bytes} bytes`, { passing: false })

/** Meta writes the size as a number or as text. */
function read(bytes: Buffer): { url: string; mime_type: string; file_size: number } {
  try {
    const { url, mime_type, file_size = 0 } = JSON.parse(bytes.toString())
    const content_type = typeof mime_type === 'string' && mime_type ? mime_type : 'application/octet-stream'
    if (typeof url === 'string') return { url, mime_type: content_type, file_size: Number(file_size) || 0 }
  } catch {}
  throw new MediaUnavailable('Meta did not say where the media are', { passing: true })
}

/** The token goes nowhere in clear that it did not go in clear before. */
function assertNoLessSafe(url: string, base_url: string) {
  const protocol = URL.parse(url)?.protocol
  if (protocol === 'https:' || (protocol === 'http:' && base_url.startsWith('http:'))) return
  throw new MediaUnavailable('The media are at no address that a token could be sent to', { passing: false })
}
