// Who is calling: an access token, as Bearer or as the user name of Basic. Only its SHA-256 is stored.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { LRUCache } from 'lru-cache'
import type { Pool } from '#db/sql.ts'
import { findToken, hashToken, type Token } from '#workspaces/tokens.ts'
import { forbidden, unauthorized } from './errors.ts'
import type { Operation } from './op.ts'

/** Proves that the request may call its operation: one function for each `Auth`. Throws a 401, 403 or 429. */
export type Authentication = (
  request: FastifyRequest,
  reply: FastifyReply,
  operation: Operation,
) => Promise<void> | void

export const verifiedByHandler: Authentication = () => {}

/**
 * A change to a token, or to its workspace's sandbox, takes effect in every process after this long at most; in the
 * process that makes the change, at once.
 */
const CACHED_FOR_MS = 3_000
const NO_TOKEN = 'none'
/** Longer than any token of ours with its scheme: not worth a look-up or a cache entry. */
const LONGEST_HEADER = 512
/** The scope of operations under /extensions that name none of Intercom's. A token without limits has every scope. */
const EXTENSIONS = 'extensions'

/** Returns what knows the access tokens. A token that is cached is returned at once, without a promise. */
export function authentication(sql: Pool) {
  /** By the whole header, so that a known one need not be read. */
  const cache = new LRUCache<string, Token | typeof NO_TOKEN>({ max: 10_000, ttl: CACHED_FOR_MS, ttlResolution: 50 })
  let forgotten = 0

  async function lookUp(header: string): Promise<Token | typeof NO_TOKEN> {
    const text = credentials(header)
    if (!text) return NO_TOKEN
    const before = forgotten
    const token = (await findToken(sql, hashToken(text))) ?? NO_TOKEN
    // The answer may be older than a `forgetTokens` that came meanwhile.
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
  if (!token.scopes) return token
  const scope = config.operation?.scope ?? (url.startsWith('/extensions/') ? EXTENSIONS : undefined)
  if (scope && !token.scopes.includes(scope)) {
    throw forbidden(`You do not have the required scope (${scope}) to access this resource`)
  }
  return token
}

/** The token in an Authorization header: after `Bearer`, or the user name (else the password) of `Basic`. */
function credentials(header = ''): string | undefined {
  if (header.length > LONGEST_HEADER) return undefined
  const [, scheme, value] = /^(bearer|basic)\s+(\S+)\s*$/i.exec(header) ?? []
  if (!scheme || !value) return undefined
  if (scheme.toLowerCase() === 'bearer') return value
  const [user, ...password] = Buffer.from(value, 'base64').toString().split(':')
  return user || password.join(':') || undefined
}
