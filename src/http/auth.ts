// Authenticates callers by access tokens, sent as Bearer or as the user name of Basic. Only their SHA-256 is stored.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { LRUCache } from 'lru-cache'
import type { Pool } from '#db/sql.ts'
import { within } from '#lib/time-limit.ts'
import { findToken, hashToken, type Scope, type Token } from '#workspaces/tokens.ts'
import { forbidden, unauthorized } from './errors.ts'
import { type Operation, TIME_LIMIT_MS } from './op.ts'

/** Checks that the request may call its operation: one function for each `Auth`. Throws a 401, 403 or 429. */
export type Authentication = (
  request: FastifyRequest,
  reply: FastifyReply,
  operation: Operation,
) => Promise<void> | void

export const verifiedByHandler: Authentication = () => {}

/**
 * Other processes see a change of a token, or of its workspace's sandbox, after this time at most. The process that makes
 * the change sees it at once.
 */
const CACHED_FOR_MS = 3_000
const NO_TOKEN = 'none'
/** Longer than any valid header, so that it needs no look-up and no cache entry. */
const LONGEST_HEADER = 512
/** The scope of operations under /extensions that name no scope of Intercom's. An unlimited token has every scope. */
const EXTENSIONS: Scope = 'extensions'

/** Returns the look-up of tokens, with its cache. A cached token is returned at once, without a promise. */
export function authentication(sql: Pool, time_limit_ms: number = TIME_LIMIT_MS) {
  /** Keyed by the whole header, so that a known header is not parsed. */
  const cache = new LRUCache<string, Token | typeof NO_TOKEN>({ max: 10_000, ttl: CACHED_FOR_MS, ttlResolution: 50 })
  let forgotten = 0

  async function lookUp(header: string): Promise<Token | typeof NO_TOKEN> {
    const text = credentials(header)
    if (!text) return NO_TOKEN
    const before = forgotten
    const token = (await within(time_limit_ms, findToken(sql, hashToken(text)))) ?? NO_TOKEN
    // If `forgetTokens` was called meanwhile, the row may be outdated.
    if (forgotten === before) cache.set(header, token)
    return token
  }

  return {
    /** Returns the caller's token; throws a 401 without a valid one, a 403 if it lacks the operation's scope. */
    identify(request: FastifyRequest): Token | Promise<Token> {
      const header = request.headers.authorization ?? ''
      const cached = cache.get(header)
      return cached ? admit(cached, request) : lookUp(header).then((token) => admit(token, request))
    },
    forgetTokens() {
      forgotten++
      cache.clear()
    },
  }
}

function admit(token: Token | typeof NO_TOKEN, { routeOptions: { url = '', config } }: FastifyRequest): Token {
  if (token === NO_TOKEN) throw unauthorized()
  if (token.revoked_at) throw unauthorized('Access Token has been revoked', 'token_revoked')
  if (token.custom_channel_id && !config.operation?.takes_channel_keys) throw unauthorized()
  if (!token.scopes) return token
  const scope = config.operation?.scope ?? (url.startsWith('/extensions/') ? EXTENSIONS : undefined)
  if (scope && !token.scopes.includes(scope)) {
    throw forbidden(`You do not have the required scope (${scope}) to access this resource`)
  }
  return token
}

/** Returns the token of an Authorization header: after `Bearer`, or the user name of `Basic`, or its password. */
function credentials(header = ''): string | undefined {
  if (header.length > LONGEST_HEADER) return undefined
  const [, scheme, value] = /^(bearer|basic)\s+(\S+)\s*$/i.exec(header) ?? []
  if (!scheme || !value) return undefined
  if (scheme.toLowerCase() === 'bearer') return value
  const [user, ...password] = Buffer.from(value, 'base64').toString().split(':')
  return user || password.join(':') || undefined
}
