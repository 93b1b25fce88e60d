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

export function authentication(sql: Pool) {
  const known = new LRUCache<string, Token | typeof NO_TOKEN>({ max: 10_000, ttl: CACHED_FOR_MS })
  let forgotten = 0

  async function tokenOf(text: string): Promise<Token | undefined> {
    let token = known.get(text)
    if (!token) {
      const before = forgotten
      token = (await findToken(sql, hashToken(text))) ?? NO_TOKEN
      // The answer may be older than a `forgetTokens` that came meanwhile.
      if (forgotten === before) known.set(text, token)
    }
    return token === NO_TOKEN ? undefined : token
  }

  return {
    /** Returns the caller's token; throws a 401 without a valid one, a 403 if it lacks the operation's scope. */
    async identify(request: FastifyRequest): Promise<Token> {
      const text = credentials(request.headers.authorization)
      const token = text && (await tokenOf(text))
      if (!token) throw unauthorized()
      if (token.revoked_at) throw unauthorized('Access Token has been revoked', 'token_revoked')
      const { url = '', config } = request.routeOptions
      const scope = config.operation?.scope ?? (url.startsWith('/extensions/') ? EXTENSIONS : undefined)
      if (scope && token.scopes && !token.scopes.includes(scope)) {
        throw forbidden(`You do not have the required scope (${scope}) to access this resource`)
      }
      return token
    },
    forgetTokens() {
      forgotten++
      known.clear()
    },
  }
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
