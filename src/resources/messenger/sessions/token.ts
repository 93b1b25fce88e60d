// A messenger's session, and what it is carried in: a signed text that says who it is, how that was proven, and until when.
// Nothing of it is stored; who it names is looked up on every request.
import { unauthorized } from '#http/errors.ts'
import { verify } from '#lib/sign.ts'
import { readToken, signToken } from '#lib/token.ts'

export type Session = {
  workspace_id: string
  /** The contact; or null of a visitor, who becomes a lead, with the visitor's id as its external id, by writing. */
  contact_id: string | null
  visitor_id: string | null
  /** The secret that proved it; null where nothing had to be proven. A session ends with its secret. */
  secret_id: string | null
  /** Unix seconds, by the server's own clock: a sandbox whose clock leaps ends no session. */
  expires_at: number
}

const SESSION = 'messenger session'
/** What the id that a visitor comes back with is signed for: to know somebody's id is not to be that visitor. */
export const VISITOR = 'messenger visitor'

export const sessionToken = (secret: string, session: Session): string => signToken(secret, SESSION, session)

/** @throws a 401 where the text is none of our sessions, or one that has ended. */
export function readSession(secret: string, text: string | undefined, now: Date): Session {
  const session = text === undefined ? undefined : (readToken(secret, SESSION, text) as Session | undefined)
  if (!session) throw unauthorized('The session is not valid')
  if (hasExpired(session, now)) throw unauthorized('The session has expired')
  return session
}

export const hasExpired = ({ expires_at }: Session, now: Date): boolean => expires_at * 1000 <= now.getTime()

/** The visitor's id, or undefined where the text is none of this workspace's. */
export function readVisitorId(secret: string, workspace_id: string, text: string): string | undefined {
  const [workspace, visitor_id] = verify(secret, VISITOR, text)?.split('.') ?? []
  return workspace === workspace_id ? visitor_id : undefined
}
