// Brings the next attempts of a workspace's deliveries forward: as if time had passed, or because the account has changed.
import type { SendingChannel } from '#channels/channel.ts'
import type { Sql } from '#db/sql.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { notifyWorker } from './signals.ts'

/**
 * Only of what waits for its next attempt. What is leased just now is under way: to shorten its lease would send it twice;
 * and what somebody is writing to is left to them.
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

export async function bringForward({ sql, id: workspace_id, afterCommit }: Workspace, ms: number): Promise<void> {
  await sql`
    with waiting as (${waiting(sql, workspace_id, null)})
    update deliveries set due_at = due_at - ${ms} * interval '1 millisecond'
    from waiting where workspace_id = ${workspace_id} and deliveries.id = waiting.id`
  afterCommit(notifyWorker)
}

/** Every worker has the changed account by then: see `accountPool`. */
const KNOWN_WITHIN = '1500 milliseconds'

/** The channel has another account: deliveries that wait for their next attempt on it are due as soon as it is known. */
export const bringForwardOn = (sql: Sql, workspace_id: string, channel: SendingChannel) => sql`
  with waiting as (${waiting(sql, workspace_id, channel)})
  update deliveries set due_at = least(due_at, now() + ${KNOWN_WITHIN}::interval)
  from waiting where workspace_id = ${workspace_id} and deliveries.id = waiting.id`
