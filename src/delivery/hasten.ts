// Brings the next attempts of a workspace's deliveries nearer, as though time had passed.
import type { Workspace } from '#workspaces/workspace.ts'
import { wake } from './wake.ts'

/**
 * Only of what waits for its next attempt. What is leased just now is under way: to shorten its lease would send it twice;
 * and what somebody is writing to is left to them.
 */
export async function hasten({ sql, id: workspace_id, afterCommit }: Workspace, ms: number): Promise<void> {
  await sql`
    with waiting as (
      select id from deliveries
      where workspace_id = ${workspace_id} and status = 'queued' and due_at > now() and (attempts = 0 or exists (
        select from delivery_history history
        where history.workspace_id = ${workspace_id} and delivery_id = deliveries.id
          and attempt = deliveries.attempts and event = 'attempt'))
      for update skip locked
    )
    update deliveries set due_at = due_at - ${ms} * interval '1 millisecond'
    from waiting where workspace_id = ${workspace_id} and deliveries.id = waiting.id`
  afterCommit(wake)
}
