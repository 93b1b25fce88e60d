// Takes an answer back that was redacted: it is no longer sent, and the sandbox forgets it.
import type { Workspace } from '#workspaces/workspace.ts'
import { endQueued } from './end.ts'

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
