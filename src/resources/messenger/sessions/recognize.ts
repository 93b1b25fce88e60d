// Finds the visitor of a session, and checks on every request that the session is still valid.
import type { Pool } from '#db/sql.ts'
import { type ApiError, forbidden, unauthorized } from '#http/errors.ts'
import { markSeen } from '#resources/contacts/activity-queries.ts'
import type { ContactRow } from '#resources/contacts/queries.ts'
import { type Workspace, workspaceOf } from '#workspaces/workspace.ts'
import { lookUpSessions, type SessionRow } from './queries.ts'
import { readSession, type Session } from './token.ts'

/** The person who uses the messenger. `contact` is undefined until a visitor writes. */
export type Visitor = { session: Session; workspace: Workspace; contact: ContactRow | undefined }

/** @throws a 401 if the session is over, a 403 if its contact is blocked. */
export async function recognize(sql: Pool, secret: string, text: string | undefined): Promise<Visitor> {
  const session = readSession(secret, text, new Date())
  const [row] = await lookUpSessions(sql, [session])
  const refusal = refusalOf(session, row)
  if (refusal || !row) throw refusal
  const contact = row.contact ? row : undefined
  const workspace = workspaceOf(sql, workspaceRow(row, session))
  const at = workspace.now()
  if (contact && needsMark(contact, at)) await markSeen(sql, [{ ...contact, at }])
  return { session, contact, workspace }
}

const workspaceRow = (row: SessionRow, { workspace_id }: Session) => {
  const { admin_id, clock_frozen_at, clock_ahead_seconds, listened_topics } = row
  return { workspace_id, admin_id, clock_frozen_at, clock_ahead_seconds, listened_topics }
}

const SEEN_FOR_MS = 60_000

const needsMark = ({ last_seen_at }: ContactRow, now: Date): boolean =>
  last_seen_at === null || Math.abs(now.getTime() - last_seen_at.getTime()) > SEEN_FOR_MS

/** Returns the error that ends this session, or undefined if it is still valid. */
export function refusalOf({ contact_id, secret_id }: Session, row: SessionRow | undefined): ApiError | undefined {
  const over = unauthorized('The session is not valid any more')
  if (!row) return over
  if (secret_id !== null ? !row.is_proven : row.is_enforced && row.contact && row.role === 'user') return over
  if (!row.contact) return contact_id === null ? undefined : over
  if (row.blocked_at) return forbidden('The contact is blocked')
  return row.is_live ? undefined : over
}
