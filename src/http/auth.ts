// Authenticates callers by access tokens, sent as Bearer or as the user name of Basic, or by the cookie of a signed-in teammate.
// Only the SHA-256 of either is stored.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { LRUCache } from 'lru-cache'
import type { Pool } from '#db/sql.ts'
import { within } from '#lib/time-limit.ts'
import { isWithin, rangesOf } from '#net/addresses.ts'
import { findSignedIn, writeUse } from '#workspaces/sign-ins.ts'
import { findToken, hashToken, type Scope, type Token } from '#workspaces/tokens.ts'
import { forbidden, unauthorized } from './errors.ts'
import { type Operation, TIME_LIMIT_MS } from './op.ts'
import { isFromOwnPage, notOurs, sessionOf } from './session-cookie.ts'

/** Checks that the request may call its operation: one function for each `Auth`. Throws a 401, 403 or 429. */
export type Authentication = (
  request: FastifyRequest,
  reply: FastifyReply,
  operation: Operation,
) => Promise<void> | void

export const verifiedByHandler: Authentication = () => {}

/**
 * Other processes see a change of a token or a sign-in, or of its workspace's sandbox, after this time at most. The
 * process that makes the change sees it at once.
 */
const CACHED_FOR_MS = 3_000
const NO_TOKEN = 'none'
/** `allowlist`: its `allowed_ips`, compiled. */
type CachedToken = Token & { allowlist?: ReturnType<typeof rangesOf> }
type Found = CachedToken | typeof NO_TOKEN
/** Longer than any valid header, so that it needs no look-up and no cache entry. */
const LONGEST_HEADER = 512
/** The scope of operations under /extensions that name no scope of Intercom's. An unlimited token has every scope. */
const EXTENSIONS: Scope = 'extensions'

/** Returns the look-up of tokens, with its cache. A cached token is returned at once, without a promise. */
export function authentication(sql: Pool, time_limit_ms: number = TIME_LIMIT_MS) {
  /** Keyed by the whole header, so that a known header is not parsed. */
  const tokens = new LRUCache<string, Found>({ max: 10_000, ttl: CACHED_FOR_MS, ttlResolution: 50 })
  const signed_in = new LRUCache<string, Found>({ max: 1_000, ttl: CACHED_FOR_MS, ttlResolution: 50 })
  let forgotten = 0

  /** Looks it up, and keeps it in the cache. */
  async function lookUp(cache: typeof tokens, key: string, find: () => Promise<Token | undefined>): Promise<Found> {
    const before = forgotten
    const found = await within(time_limit_ms, find())
    const token = found?.allowed_ips ? { ...found, allowlist: rangesOf(found.allowed_ips) } : (found ?? NO_TOKEN)
    // If `forgetTokens` was called meanwhile, the row may be outdated.
    if (forgotten === before) cache.set(key, token)
    return token
  }

  async function tokenOf(header: string): Promise<Found> {
    const text = credentials(header)
    return text ? lookUp(tokens, header, () => findToken(sql, hashToken(text))) : NO_TOKEN
  }

  async function signedIn(session: string): Promise<Token | undefined> {
    const found = await findSignedIn(sql, session)
    if (!found) return undefined
    const { is_use_unwritten, ...token } = found
    // Nobody waits for it; if it fails, the next look-up does it.
    if (is_use_unwritten) writeUse(sql, token.workspace_id, token.sign_in_id!).catch(() => {})
    return token
  }

  function identifySignedIn(request: FastifyRequest): Token | Promise<Token> {
    const { auth = 'token' } = request.routeOptions.config.operation ?? {}
    const session = auth === 'token' ? sessionOf(request) : undefined
    if (session === undefined) throw unauthorized()
    if (!isFromOwnPage(request)) throw notOurs()
    const cached = signed_in.get(session)
    if (cached) return admit(cached, request)
    return lookUp(signed_in, session, () => signedIn(session)).then((token) => admit(token, request))
  }

  return {
    /** Returns the caller; throws a 401 without a valid token or sign-in, a 403 if it lacks the operation's scope. */
    identify(request: FastifyRequest): Token | Promise<Token> {
      const header = request.headers.authorization
      if (header === undefined) return identifySignedIn(request)
      const cached = tokens.get(header)
      return cached ? admit(cached, request) : tokenOf(header).then((token) => admit(token, request))
    },
    forgetTokens() {
      forgotten++
      tokens.clear()
      signed_in.clear()
    },
  }
}

function admit(token: Found, request: FastifyRequest): Token {
  const { url = '', config } = request.routeOptions
  if (token === NO_TOKEN) throw unauthorized()
  request.token = token // Also of a caller that is refused: the log of requests shows it.
  if (token.revoked_at) throw unauthorized('Access Token has been revoked', 'token_revoked')
  if (token.custom_channel_id && !config.operation?.takes_channel_keys) throw unauthorized()
  if (!isCallback(config.operation)) assertAllowed(request.ip, token.allowlist)
  if (!token.scopes) return token
  const { scope = url.startsWith('/extensions/') ? EXTENSIONS : null } = config.operation ?? {}
  if (scope && !token.scopes.includes(scope)) {
    throw forbidden(`You do not have the required scope (${scope}) to access this resource`)
  }
  return token
}

/** @throws a 403 if there is an allowlist, and the address is not on it. */
export function assertAllowed(ip: string, allowlist: ReturnType<typeof rangesOf> | undefined): void {
  if (allowlist && !isWithin(ip, allowlist))
    throw forbidden(`Your IP (${plainAddress(ip)}) is not on the allowlist of this workspace`)
}

/** Callbacks of providers, which can have a token: an allowlist is for calls of the API. */
const isCallback = (operation: Operation | undefined): boolean => operation?.auth === 'signature'

/** Returns an IPv4 address that is written as IPv6 (`::ffff:192.0.2.1`) as IPv4; any other one as it is. */
export const plainAddress = (ip: string): string => ip.replace(/^::ffff:(?=\d+\.)/i, '')

/** Returns the token of an Authorization header: after `Bearer`, or the user name of `Basic`, or its password. */
function credentials(header = ''): string | undefined {
  if (header.length > LONGEST_HEADER) return undefined
  const [, scheme, value] = /^(bearer|basic)\s+(\S+)\s*$/i.exec(header) ?? []
  if (!scheme || !value) return undefined
  if (scheme.toLowerCase() === 'bearer') return value
  const [user, ...password] = Buffer.from(value, 'base64').toString().split(':')
  return user || password.join(':') || undefined
}
