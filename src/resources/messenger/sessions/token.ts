// A messenger session and its signed token, which names the contact, the proof of identity and the expiry. Sessions are
// not stored; every request looks up the contact.
import { unauthorized } from '#http/errors.ts'
import { verify } from '#lib/sign.ts'
import { readToken, signToken } from '#lib/token.ts'

export type Session = {
  workspace_id: string
  /** Null for a visitor, whose first message creates a lead with `visitor_id` as external id. */
  contact_id: string | null
  visitor_id: string | null
  /** The secret that proved the identity; null if no proof was needed. The session ends when the secret is deleted. */
  secret_id: string | null
  /** Unix seconds, by the server's own clock: moving a sandbox's clock ends no session. */
  expires_at: number
}

const SESSION = 'messenger session'
/** Purpose of the signature in an `anonymous_id`: knowing a visitor's id alone is not enough to become that visitor. */
export const VISITOR = 'messenger visitor'

export const sessionToken = (secret: string, session: Session): string => signToken(secret, SESSION, session)

/** @throws a 401 if the text is not a session of this server, or has expired. */
export function readSession(secret: string, text: string | undefined, now: Date): Session {
  const session = text === undefined ? undefined : (readToken(secret, SESSION, text) as Session | undefined)
  if (!session) throw unauthorized('The session is not valid')
  if (hasExpired(session, now)) throw unauthorized('The session has expired')
  return session
}

export const hasExpired = ({ expires_at }: Session, now: Date): boolean => expires_at * 1000 <= now.getTime()

/** Returns the visitor's id, or undefined if the text was not signed for this workspace. */
export function readVisitorId(secret: string, workspace_id: string, text: string): string | undefined {
  const [workspace, visitor_id] = verify(secret, VISITOR, text)?.split('.') ?? []
  return workspace === workspace_id ? visitor_id : undefined
}
