// Makes the next attempts of a workspace's deliveries due earlier: after the sandbox clock or the channel account changed.
import type { SendingChannel } from '#channels/channel.ts'
import type { Sql } from '#db/sql.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { notifyWorker } from './signals.ts'

/**
 * Selects deliveries that wait for their next attempt. Leased ones are excluded, because a shorter lease would send them
 * twice. Rows that another transaction has locked are skipped.
 */
const waiting = (sql: Sql, workspace_id: string, channel: SendingChannel | null) => sql`
  select id from deliveries
  where workspace_id = ${workspace_id} and status = 'queued' and due_at > now()
    and (${channel}::text is null or channel = ${channel})
    and (attempts = 0 or exists (
      select from delivery_history history
      where history.workspace_id = ${workspace_id} and delivery_id = deliveries.id
        and attempt = deliveries.attempts and event = 'attempt'))
  for update skip locked`

/** Makes all next attempts of the workspace due `ms` milliseconds earlier. */
export async function bringForward({ sql, id: workspace_id, afterCommit }: Workspace, ms: number): Promise<void> {
  await sql`
    with waiting as (${waiting(sql, workspace_id, null)})
    update deliveries set due_at = due_at - ${ms} * interval '1 millisecond'
    from waiting where workspace_id = ${workspace_id} and deliveries.id = waiting.id`
  afterCommit(notifyWorker)
}

/** By then every worker uses the changed account: see `accountPool`. */
const KNOWN_WITHIN = '1500 milliseconds'

/** For a channel whose account has changed: waiting deliveries are due as soon as all workers know the new account. */
export const bringForwardOn = (sql: Sql, workspace_id: string, channel: SendingChannel) => sql`
  with waiting as (${waiting(sql, workspace_id, channel)})
  update deliveries set due_at = least(due_at, now() + ${KNOWN_WITHIN}::interval)
  from waiting where workspace_id = ${workspace_id} and deliveries.id = waiting.id`
