// Who is calling: a token as Bearer or as the user name of Basic, kept only as its SHA-256.
import type { FastifyRequest } from 'fastify'
import { LRUCache } from 'lru-cache'
import type { Pool } from '#db/sql.ts'
import { findToken, hashToken, type Token } from '#workspaces/tokens.ts'
import { forbidden, unauthorized } from './errors.ts'

/**
 * What changes of a token, or of its workspace's sandbox, holds everywhere after this long at most; where it was changed,
 * at once.
 */
const REMEMBERED_FOR_MS = 3_000
const NO_TOKEN = 'none'
/** Longer than any token of ours with its scheme: not worth a look-up, nor to be remembered. */
const LONGEST_HEADER = 512
/** What operations under /extensions need that name no scope of Intercom's: a token that is not limited, or has this. */
const EXTENSIONS = 'extensions'

export function authentication(sql: Pool) {
  const known = new LRUCache<string, Token | typeof NO_TOKEN>({ max: 10_000, ttl: REMEMBERED_FOR_MS })
  let forgotten = 0

  async function tokenOf(text: string): Promise<Token | undefined> {
    let token = known.get(text)
    if (!token) {
      const before = forgotten
      token = (await findToken(sql, hashToken(text))) ?? NO_TOKEN
      // What was asked for before all was forgotten may be what was to be forgotten.
      if (forgotten === before) known.set(text, token)
    }
    return token === NO_TOKEN ? undefined : token
  }

  return {
    /** The caller's token, or a 401; a 403 where the token is not allowed what the operation needs. */
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
