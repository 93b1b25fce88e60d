// The cookie of a signed-in teammate: its name and attributes, and which requests it counts for.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { forbidden } from './errors.ts'

/** A browser stores it only of HTTPS and for this host. */
const SECURE_NAME = '__Host-interphone'
/** For a laptop without HTTPS. Cookies of a host are those of all its ports, so that the name has the port. */
const plainName = (host: string): string => `interphone${/:(\d+)$/.exec(host)?.[1] ?? ''}`
const DAY_SECONDS = 86_400
/** A session is 43 characters long. */
const SESSION = /^[\w-]{1,100}$/

type Asked = Pick<FastifyRequest, 'headers' | 'protocol' | 'host' | 'method'>

/** Returns the session in the cookie of a request; undefined without one. */
export function sessionOf({
  headers,
  protocol,
  host,
}: Pick<Asked, 'headers' | 'protocol' | 'host'>): string | undefined {
  const { cookie } = headers
  if (cookie === undefined) return undefined
  return cookieNamed(cookie, SECURE_NAME) ?? (protocol === 'https' ? undefined : cookieNamed(cookie, plainName(host)))
}

function cookieNamed(cookie: string, name: string): string | undefined {
  for (const pair of cookie.split(';')) {
    const [key = '', value = ''] = pair.trim().split('=')
    if (key === name && SESSION.test(value)) return value
  }
  return undefined
}

/**
 * Returns whether the request comes from a page of this server. Browsers send cookies by themselves, also with requests
 * of pages of others, so that a cookie counts only for such a request. Browsers that do not say where a request
 * comes from send the Origin of a write; a read without either is one that no page of others can read the answer of.
 */
export function isFromOwnPage({ headers, host, method }: Asked): boolean {
  const { 'sec-fetch-site': site, origin } = headers
  const is_read = method === 'GET' || method === 'HEAD'
  if (site !== undefined) return site === 'same-origin' || (site === 'none' && is_read)
  return origin === undefined ? is_read : isOrigin(origin, host)
}

/** @throws a 403 if a browser says that the request is of a page of another server. */
export function assertNotFromOthers(request: Asked): void {
  const { 'sec-fetch-site': site, origin } = request.headers
  if ((site !== undefined || origin !== undefined) && !isFromOwnPage(request)) throw notOurs()
}

export const notOurs = () => forbidden('A sign-in counts only for the pages of this server')

/** Compares hosts with their ports, if they are not the usual ones. `null` is the origin of a sandboxed page. */
function isOrigin(origin: string, host: string): boolean {
  const { protocol, host: its } = URL.parse(origin) ?? {}
  return its !== undefined && its === URL.parse(`${protocol}//${host}`)?.host
}

/** Sets the cookie in the answer, for as long as the session is valid without being used. */
export function setSession(request: Asked, reply: FastifyReply, session: string, days: number): void {
  const { name, secure } = nameFor(request)
  reply.header('set-cookie', `${name}=${session}; ${ATTRIBUTES}; Max-Age=${days * DAY_SECONDS}${secure}`)
}

/** Removes the cookie from the browser, under both names. */
export function clearSession(reply: FastifyReply): void {
  reply.header('set-cookie', [
    `${SECURE_NAME}=; ${ATTRIBUTES}; Max-Age=0; Secure`,
    `${plainName(reply.request.host)}=; ${ATTRIBUTES}; Max-Age=0`,
  ])
}

const ATTRIBUTES = 'HttpOnly; SameSite=Lax; Path=/'

/** Behind a proxy that is not trusted, the page's own origin says that it was loaded by HTTPS. */
function nameFor({ protocol, host, headers: { origin, cookie } }: Asked): { name: string; secure: string } {
  const is_https =
    protocol === 'https' || origin?.startsWith('https://') || (cookie && cookieNamed(cookie, SECURE_NAME) !== undefined)
  return is_https ? { name: SECURE_NAME, secure: '; Secure' } : { name: plainName(host), secure: '' }
}
