// Proof of identity: that whoever asks is the user whom the workspace's own system says they are.
import { createHmac, timingSafeEqual } from 'node:crypto'
import { unauthorized } from '#http/errors.ts'
import { readSecrets } from '#resources/secure-mode-secrets/create.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import type { SessionRequest } from './schema.ts'

export type Identity = {
  user_id: string | undefined
  email: string | undefined
  /** Whether the workspace vouches for the email too, and not for the user_id alone. */
  is_email_signed: boolean
  /** The secret that proves it; null in a workspace that has none, where whatever is said is believed. */
  secret_id: string | null
  /** What the workspace itself has signed of the user, besides who it is. */
  claims: Record<string, unknown>
}

type Secret = { id: string; secret: string }

/** How far the clocks of two machines may be apart. */
const LEEWAY_SECONDS = 60

/** Who it is, or undefined where nobody is named. @throws a 401 where somebody is named, and that has to be proven. */
export async function prove(workspace: Workspace, key: string, request: SessionRequest): Promise<Identity | undefined> {
  const [user_id, email] = [said(request.user_id), said(request.email)]
  const secrets = await readSecrets(workspace, key)
  const jwt = said(request.intercom_user_jwt)
  if (jwt) return assertSame({ user_id, email }, await proveByJwt(secrets, jwt))
  const subject = user_id ?? email
  if (subject === undefined) return undefined
  const secret_id = secrets.length ? proveByHash(secrets, subject, request) : null
  return { user_id, email, is_email_signed: user_id === undefined, secret_id, claims: {} }
}

/** What a request says, where it does: scripts write nothing in several ways. */
export const said = (value: string | null | undefined): string | undefined =>
  value && !['', 'null', 'undefined'].includes(value.trim()) ? value.trim() : undefined

/** Of the email only where there is no user_id: whoever knows an address is not for that reason the user. */
function proveByHash(secrets: Secret[], subject: string, request: SessionRequest): string {
  const hash = said(request.user_hash)
  if (!hash) throw unauthorized('user_hash or intercom_user_jwt is required: this workspace verifies identities')
  const given = Buffer.from(hash.toLowerCase(), 'latin1')
  const fitting = secrets.find(({ secret }) => {
    const expected = Buffer.from(createHmac('sha256', secret).update(subject).digest('hex'), 'latin1')
    return expected.length === given.length && timingSafeEqual(expected, given)
  })
  if (!fitting) throw unauthorized('user_hash is not valid for this user')
  return fitting.id
}

/** `exp` and `nbf` go by the server's own clock, as all that security hangs on. */
async function proveByJwt(secrets: Secret[], jwt: string): Promise<Identity> {
  const { jwtVerify, errors } = await import('jose') // Most servers never meet one.
  const options = { algorithms: ['HS256'], clockTolerance: LEEWAY_SECONDS }
  for (const { id, secret } of secrets) {
    try {
      const { payload } = await jwtVerify(jwt, new TextEncoder().encode(secret), options)
      return identityOf(payload, id)
    } catch (error) {
      if (!(error instanceof errors.JOSEError)) throw error
      if (error instanceof errors.JWTExpired) throw unauthorized('intercom_user_jwt has expired')
      if (error instanceof errors.JWTClaimValidationFailed)
        throw unauthorized(`intercom_user_jwt is not valid: its claim ${error.claim} does not hold`)
    }
  }
  throw unauthorized('intercom_user_jwt is not valid')
}

/** Those that say something of the JWT rather than of the user. */
const REGISTERED = ['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti', 'user_id', 'email']

function identityOf(payload: Record<string, unknown>, secret_id: string): Identity {
  const { user_id, email } = payload
  const address = typeof email === 'string' ? said(email) : undefined
  const named = typeof user_id === 'number' || typeof user_id === 'string' ? said(String(user_id)) : undefined
  if (!named || named.length > 255) throw unauthorized('intercom_user_jwt must have the claim user_id')
  return {
    user_id: named,
    email: address,
    is_email_signed: address !== undefined,
    secret_id,
    claims: Object.fromEntries(Object.entries(payload).filter(([name]) => !REGISTERED.includes(name))),
  }
}

/** A page that asks for one user with the JWT of another has mixed them up. */
function assertSame({ user_id, email }: { user_id: string | undefined; email: string | undefined }, proven: Identity) {
  if (user_id !== undefined && user_id !== proven.user_id)
    throw unauthorized('user_id is not that of intercom_user_jwt')
  return { ...proven, email: proven.email ?? email }
}
