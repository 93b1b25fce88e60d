// Fetches media that a contact sent from Meta, which stores them for some days, by the id in the message.
import { retryAfter } from '#lib/retry-after.ts'
import { FetchFailed } from '#net/safe-fetch.ts'
import { isAccountError, isTransient } from './errors.ts'
import { type Answered, call, callStream, networkError } from './graph.ts'
import type { MetaAccount } from './send.ts'

/** `bytes` throws MediaUnavailable. Read them to the end, or call `end`. */
export type Media = { content_type: string; bytes: AsyncIterable<Uint8Array>; end(): void }

/** `is_transient`: a retry may succeed, after at least `retry_after` seconds. Media stay at Meta for some days. */
export class MediaUnavailable extends Error {
  readonly is_transient: boolean
  readonly retry_after: number

  constructor(message: string, { is_transient, retry_after = 0 }: { is_transient: boolean; retry_after?: number }) {
    super(message)
    this.is_transient = is_transient
    this.retry_after = retry_after
  }
}

/** Milliseconds for the bytes; the call for their URL gets a fifth of it. */
const TIMEOUT_MS = 60_000
const DESCRIPTION_BYTES = 64 * 1024

/**
 * Makes two calls with the token: `GET /{media_id}` returns the URL of the bytes, which is valid for five minutes, and
 * the second call fetches it at once.
 * @throws MediaUnavailable if the media do not exist, are larger than `max_bytes`, or Meta does not answer.
 */
export async function fetchMedia(
  account: MetaAccount,
  media_id: string,
  { max_bytes, timeout_ms = TIMEOUT_MS }: { max_bytes: number; timeout_ms?: number },
): Promise<Media> {
  const described = await describe(account, media_id, timeout_ms / 5)
  if (described.file_size > max_bytes) throw tooLarge(max_bytes)
  assertNoLessSafe(described.url, account.base_url)
  const { access_token: token, egress } = account
  const answer = await callStream(described.url, { egress, token, timeout_ms, max_bytes }).catch((error) => {
    throw unavailable(error, max_bytes)
  })
  const { status, body, end } = answer
  if (status === 200) return { content_type: described.mime_type, bytes: reading(body, max_bytes), end }
  end()
  throw refused(answer)
}

async function describe({ base_url, access_token: token, egress }: MetaAccount, media_id: string, timeout_ms: number) {
  const url = `${base_url}/${encodeURIComponent(media_id)}`
  const answer = await call(url, { egress, token, timeout_ms, max_bytes: DESCRIPTION_BYTES }).catch((error) => {
    throw unavailable(error, DESCRIPTION_BYTES)
  })
  if (answer.status !== 200) throw refused(answer, answer.bytes)
  return read(answer.bytes)
}

async function* reading(body: AsyncIterable<Uint8Array>, max_bytes: number) {
  try {
    yield* body
  } catch (error) {
    throw unavailable(error, max_bytes)
  }
}

const unavailable = (error: unknown, max_bytes: number) =>
  error instanceof FetchFailed && error.code === 'too_large'
    ? tooLarge(max_bytes)
    : new MediaUnavailable(networkError(error).reason, { is_transient: true })

/** Token and permission errors can be fixed, so they are transient; missing media are permanent. */
function refused({ status, headers }: Pick<Answered, 'status' | 'headers'>, bytes?: Buffer): MediaUnavailable {
  const { code, message } = errorIn(bytes)
  const is_transient = isTransient(status) || status === 401 || status === 403 || isAccountError(code)
  const details = message ? `: ${message.slice(0, 300)}` : ''
  const retry_after = retryAfter(headers['retry-after'])
  return new MediaUnavailable(`Meta answered ${status} to a request for media${details}`, { is_transient, retry_after })
}

function errorIn(bytes: Buffer = Buffer.alloc(0)): { code?: number; message?: string } {
  try {
    const { code, message } = JSON.parse(bytes.toString()).error
    return { ...(typeof code === 'number' && { code }), ...(typeof message === 'string' && { message }) }
  } catch {
    return {}
  }
}

const tooLarge = (max_bytes: number) =>
  new MediaUnavailable(`The media are larger than ${max_bytes} bytes`, { is_transient: false })

/** Meta sends the size as a number or as text. */
function read(bytes: Buffer): { url: string; mime_type: string; file_size: number } {
  try {
    const { url, mime_type, file_size = 0 } = JSON.parse(bytes.toString())
    const content_type = typeof mime_type === 'string' && mime_type ? mime_type : 'application/octet-stream'
    if (typeof url === 'string') return { url, mime_type: content_type, file_size: Number(file_size) || 0 }
  } catch {}
  throw new MediaUnavailable('Meta did not return the URL of the media', { is_transient: true })
}

/** Does not send the token unencrypted, unless base_url itself is unencrypted. */
function assertNoLessSafe(url: string, base_url: string) {
  const protocol = URL.parse(url)?.protocol
  if (protocol === 'https:' || (protocol === 'http:' && base_url.startsWith('http:'))) return
  throw new MediaUnavailable('The URL of the media is not one that the token can be sent to', { is_transient: false })
}
