// How a page is sent: its headers, and not again if the reader has it.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { VIDEO_HOSTS } from '#content/allow-list.ts'
import { etagOf, matches } from '#http/etag.ts'

/** No scripts. Pictures and videos of articles come from other servers; a body has colours and alignments in attributes. */
export const SECURITY = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'strict-origin-when-cross-origin',
  'content-security-policy': [
    ...["default-src 'none'", "style-src 'self'", "style-src-attr 'unsafe-inline'", 'img-src https: http:'],
    `frame-src ${VIDEO_HOSTS.map((host) => `https://${host}`).join(' ')}`,
    ...["form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'"],
  ].join('; '),
}

/** Sends a page. Browsers ask each time whether it has changed. */
export function sendPage(request: FastifyRequest, reply: FastifyReply, page: string, status = 200): string {
  const etag = etagOf(page)
  reply.code(status).headers(SECURITY).type('text/html; charset=utf-8')
  reply.headers({ etag, 'cache-control': 'private, no-cache', vary: 'cookie' })
  if (status !== 200 || !matches(request.headers['if-none-match'], etag)) return page
  reply.code(304)
  return ''
}

export function redirect(reply: FastifyReply, location: string, status: 301 | 302 | 303): string {
  reply.code(status).headers(SECURITY).header('location', location)
  return ''
}
