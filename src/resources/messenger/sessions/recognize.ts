// Whom a session is of, as of now: a session that was good when it was given ends with what it was good for.
import type { Pool } from '#db/sql.ts'
import { type ApiError, forbidden, unauthorized } from '#http/errors.ts'
import { markSeen } from '#resources/contacts/activity-queries.ts'
import type { ContactRow } from '#resources/contacts/queries.ts'
import { type Workspace, workspaceOf } from '#workspaces/workspace.ts'
import { lookUpSessions, type SessionRow } from './queries.ts'
import { readSession, type Session } from './token.ts'

/** Who is at the messenger; a visitor who has not written yet is no contact. */
export type Visitor = { session: Session; workspace: Workspace; contact: ContactRow | undefined }

/** @throws a 401 where the session is over, a 403 where its contact is blocked. */
export async function recognize(sql: Pool, secret: string, text: string | undefined): Promise<Visitor> {
  const session = readSession(secret, text, new Date())
  const [row] = await lookUpSessions(sql, [session])
  const refusal = refusalOf(session, row)
  if (refusal || !row) throw refusal
  const contact = row.contact ? row : undefined
  const workspace = workspaceOf(sql, workspaceIn(row, session))
  const at = workspace.now()
  if (contact && wasAway(contact, at)) await markSeen(sql, [{ ...contact, at }])
  return { session, contact, workspace }
}

const workspaceIn = (row: SessionRow, { workspace_id }: Session) => {
  const { admin_id, clock_frozen_at, clock_ahead_seconds, listened_topics } = row
  return { workspace_id, admin_id, clock_frozen_at, clock_ahead_seconds, listened_topics }
}

const SEEN_FOR_MS = 60_000

const wasAway = ({ last_seen_at }: ContactRow, now: Date): boolean =>
  last_seen_at === null || Math.abs(now.getTime() - last_seen_at.getTime()) > SEEN_FOR_MS

/** Why there is no more of this session, or undefined where it goes on. */
export function refusalOf({ contact_id, secret_id }: Session, row: SessionRow | undefined): ApiError | undefined {
  const over = unauthorized('The session is not valid any more')
  if (!row) return over
  if (secret_id !== null ? !row.is_proven : row.is_enforced && row.contact && row.role === 'user') return over
  if (!row.contact) return contact_id === null ? undefined : over
  if (row.blocked_at) return forbidden('The contact is blocked')
  return row.is_live ? undefined : over
}
