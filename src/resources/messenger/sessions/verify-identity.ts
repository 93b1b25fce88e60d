// Verifies a user's identity: the workspace's own system signs it, as a hash or as a JWT.
import { createHmac, timingSafeEqual } from 'node:crypto'
import { unauthorized } from '#http/errors.ts'
import { readSecrets } from '#resources/secure-mode-secrets/create.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import type { SessionRequest } from './schema.ts'

export type Identity = {
  user_id: string | undefined
  email: string | undefined
  /** Whether the workspace signed the email too, not only the user_id. */
  is_email_signed: boolean
  /** The secret that proves it; null in a workspace without secrets, which accepts every identity. */
  secret_id: string | null
  /** What else the workspace signed about the user. */
  claims: Record<string, unknown>
}

type Secret = { id: string; secret: string }

/** Tolerated difference between the clocks of two machines. */
const LEEWAY_SECONDS = 60

/** Returns undefined if the request names no user. @throws a 401 if it names one without the proof that is required. */
export async function verifyIdentity(
  workspace: Workspace,
  key: string,
  request: SessionRequest,
): Promise<Identity | undefined> {
  const [user_id, email] = [textOrNothing(request.user_id), textOrNothing(request.email)]
  const secrets = await readSecrets(workspace, key)
  const jwt = textOrNothing(request.intercom_user_jwt)
  if (jwt) return assertSame({ user_id, email }, await verifyJwt(secrets, jwt))
  const subject = user_id ?? email
  if (subject === undefined) return undefined
  const secret_id = secrets.length ? verifyHash(secrets, subject, request) : null
  return { user_id, email, is_email_signed: secret_id !== null && user_id === undefined, secret_id, claims: {} }
}

/** Returns the trimmed text, or undefined if it is missing: scripts write that as "", "null" or "undefined". */
export const textOrNothing = (value: string | null | undefined): string | undefined =>
  value && !['', 'null', 'undefined'].includes(value.trim()) ? value.trim() : undefined

/** `subject` is the user_id, or the email if there is none. */
function verifyHash(secrets: Secret[], subject: string, request: SessionRequest): string {
  const hash = textOrNothing(request.user_hash)
  if (!hash) throw unauthorized('user_hash or intercom_user_jwt is required: this workspace verifies identities')
  const given = Buffer.from(hash.toLowerCase(), 'latin1')
  const match = secrets.find(({ secret }) => {
    const expected = Buffer.from(createHmac('sha256', secret).update(subject).digest('hex'), 'latin1')
    return expected.length === given.length && timingSafeEqual(expected, given)
  })
  if (!match) throw unauthorized('user_hash is not valid for this user')
  return match.id
}

/** `exp` and `nbf` are checked by the server's own clock, never by a sandbox's. */
async function verifyJwt(secrets: Secret[], jwt: string): Promise<Identity> {
  const { jwtVerify, errors } = await import('jose') // Most servers never need it.
  const options = { algorithms: ['HS256'], clockTolerance: LEEWAY_SECONDS }
  for (const { id, secret } of secrets) {
    try {
      const { payload } = await jwtVerify(jwt, new TextEncoder().encode(secret), options)
      return identityOf(payload, id)
    } catch (error) {
      if (!(error instanceof errors.JOSEError)) throw error
      if (error instanceof errors.JWTExpired) throw unauthorized('intercom_user_jwt has expired')
      if (error instanceof errors.JWTClaimValidationFailed)
        throw unauthorized(`intercom_user_jwt is not valid: check its claim ${error.claim}`)
    }
  }
  throw unauthorized('intercom_user_jwt is not valid')
}

/** Claims that are about the JWT or the identity, not attributes of the user. */
const REGISTERED = ['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti', 'user_id', 'email']

function identityOf(payload: Record<string, unknown>, secret_id: string): Identity {
  const { user_id, email } = payload
  const address = typeof email === 'string' ? textOrNothing(email) : undefined
  const named = typeof user_id === 'number' || typeof user_id === 'string' ? textOrNothing(String(user_id)) : undefined
  if (!named || named.length > 255) throw unauthorized('intercom_user_jwt must have the claim user_id')
  return {
    user_id: named,
    email: address,
    is_email_signed: address !== undefined,
    secret_id,
    claims: Object.fromEntries(Object.entries(payload).filter(([name]) => !REGISTERED.includes(name))),
  }
}

/** @throws a 401 if the request names another user than its JWT. */
function assertSame({ user_id, email }: { user_id: string | undefined; email: string | undefined }, proven: Identity) {
  if (user_id !== undefined && user_id !== proven.user_id)
    throw unauthorized('user_id differs from the one in intercom_user_jwt')
  return { ...proven, email: proven.email ?? email }
}
