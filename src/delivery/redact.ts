// Takes an answer back that was redacted: it is no longer sent, and the sandbox forgets it.
import type { Pool } from '#db/sql.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { endQueued } from './end.ts'
import type { Leased } from './lease.ts'
import { REDACTED } from './suppress.ts'

/** The part of a conversation that was delivered, and the message that began the conversation. */
export type Answer = { message_id: string; part_id: string }

/** Call it in the transaction of the redaction. A send that is already running is not stopped. */
export async function takeBack(workspace: Workspace, { message_id, part_id }: Answer): Promise<void> {
  const { sql, id, now } = workspace
  const which = sql`message_id = ${message_id} and part_id = ${part_id}`
  await endQueued(sql, id, which, 'redacted', now())
  await sql`
    delete from captured_messages where workspace_id = ${id} and delivery_id in (
      select id from deliveries where workspace_id = ${id} and ${which})`
}

/** An answer that waits longer for a slot of its account is looked up again before it is sent. */
const LOOKED_UP_AFTER_MS = 100

/** Returns the outcome of an answer that was redacted while it waited in the worker, or undefined if it can be sent. */
export async function redactedMeanwhile(sql: Pool, { workspace_id, part_id, leased_at_ms }: Leased) {
  if (part_id === null || Date.now() - leased_at_ms < LOOKED_UP_AFTER_MS) return undefined
  const { count } = await sql`
    select from conversation_parts where workspace_id = ${workspace_id} and id = ${part_id} and redacted`
  return count > 0 ? REDACTED : undefined
}
