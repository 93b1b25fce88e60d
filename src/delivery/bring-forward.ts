// Brings the next attempts of a workspace's deliveries nearer: as though time had passed, or because what they wait for has
// changed.
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

/** With another account, what waits on its channel is tried at once, and so is what waits at Meta to be fetched. */
export async function accountChanged(sql: Sql, workspace_id: string, channel: SendingChannel): Promise<void> {
  await sql`
    with waiting as (${waiting(sql, workspace_id, channel)})
    update deliveries set due_at = least(due_at, now() + ${KNOWN_WITHIN}::interval)
    from waiting where workspace_id = ${workspace_id} and deliveries.id = waiting.id`
  if (channel !== 'whatsapp') return
  await sql`
    update attachments set fetch_due_at = now()
    where workspace_id = ${workspace_id} and fetch_due_at > now() and whatsapp_media_id is not null`
}
