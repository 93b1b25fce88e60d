// What a contact sent besides words: fetched from Meta, which keeps it for some days, by the id that a message names.
import { call, networkFault, TooLarge } from './graph.ts'
import type { MetaAccount } from './send.ts'

export type Media = { content_type: string; bytes: Buffer }

/** `passing` where it is worth another try: a URL of media is good for minutes only, its id for some days. */
export class MediaUnavailable extends Error {
  readonly passing: boolean

  constructor(message: string, { passing }: { passing: boolean }) {
    super(message)
    this.passing = passing
  }
}

/** The largest that WhatsApp takes is a document of 100 MB: more than everybody wants to hold in memory. */
const MOST_BYTES = 25 * 1024 * 1024
const TIMEOUT_MS = 60_000

/**
 * Two calls, both with the token: `GET /{media_id}` tells the URL of the bytes, and what it names is fetched at once.
 * @throws MediaUnavailable where there is no such thing, it is larger than `most_bytes`, or Meta does not answer.
 */
export async function fetchMedia(
  account: MetaAccount,
  media_id: string,
  { most_bytes = MOST_BYTES, timeout_ms = TIMEOUT_MS }: { most_bytes?: number; timeout_ms?: number } = {},
): Promise<Media> {
  const get = (url: string, most_bytes: number) => bytesAt(url, { token: account.access_token, most_bytes, timeout_ms })
  const described = read(await get(`${account.base_url}/${encodeURIComponent(media_id)}`, 64 * 1024))
  if (described.file_size > most_bytes) throw tooLarge(most_bytes)
  assertNoLessSafe(described.url, account.base_url)
  return { content_type: described.mime_type, bytes: await get(described.url, most_bytes) }
}

async function bytesAt(url: string, options: { token: string; most_bytes: number; timeout_ms: number }) {
  const { status, bytes } = await call(url, options).catch((error) => {
    if (error instanceof TooLarge) throw tooLarge(options.most_bytes)
    throw new MediaUnavailable(networkFault(error).reason, { passing: true })
  })
  if (status === 200) return bytes
  const passing = status === 429 || status === 408 || status === 401 || status >= 500
  throw new MediaUnavailable(`Meta answered ${status} to a request for media`, { passing })
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
