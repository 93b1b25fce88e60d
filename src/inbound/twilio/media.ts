// Pictures and other files that came with an SMS.
import { extension } from 'mime-types'
import type { FileElsewhere } from '#resources/attachments/queries.ts'
import { type Callback, param } from './callback.ts'

/** As many as a message can have. */
const MOST = 10
const UNKNOWN = 'application/octet-stream'

/**
 * By their addresses at Twilio, from which the worker fetches them; where Twilio asks for the account's credentials
 * ("HTTP basic auth for media"), the addresses stay.
 */
export function mediaOf(callback: Callback): FileElsewhere[] {
  const count = Math.min(Number(param(callback, 'NumMedia')) || 0, MOST)
  return Array.from({ length: count }, (_, n) => n).flatMap((n) => mediumAt(callback, n))
}

function mediumAt(callback: Callback, n: number): FileElsewhere[] {
  const url = URL.parse(param(callback, `MediaUrl${n}`))
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:') return []
  const given = param(callback, `MediaContentType${n}`)
  const content_type = /^[\w.+-]+\/[\w.+-]+$/.test(given) ? given : UNKNOWN
  const ending = extension(content_type)
  const name = url.pathname.split('/').at(-1)?.slice(0, 200) || `media-${n}`
  return [{ name: ending ? `${name}.${ending}` : name, url: url.href, content_type }]
}
