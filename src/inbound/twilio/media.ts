// Reads the pictures and other files of an SMS.
import { extension } from 'mime-types'
import type { RemoteFile } from '#resources/attachments/queries.ts'
import { type Callback, param } from './callback.ts'

/** Twilio's limit for a message. */
const MAX_MEDIA = 10
const UNKNOWN = 'application/octet-stream'

/**
 * Returns the files by their URLs at Twilio, from which the worker fetches them. If Twilio requires the account's
 * credentials for them ("HTTP basic auth for media"), they stay links.
 */
export function mediaOf(callback: Pick<Callback, 'params'>): RemoteFile[] {
  const count = Math.min(Number(param(callback, 'NumMedia')) || 0, MAX_MEDIA)
  return Array.from({ length: count }, (_, n) => n).flatMap((n) => mediumAt(callback, n))
}

function mediumAt(callback: Pick<Callback, 'params'>, n: number): RemoteFile[] {
  const url = URL.parse(param(callback, `MediaUrl${n}`))
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:') return []
  const given = param(callback, `MediaContentType${n}`)
  const content_type = /^[\w.+-]+\/[\w.+-]+$/.test(given) ? given : UNKNOWN
  const suffix = extension(content_type)
  const name = url.pathname.split('/').at(-1)?.slice(0, 200) || `media-${n}`
  return [{ name: suffix ? `${name}.${suffix}` : name, url: url.href, content_type }]
}
