// Ends the deliveries and broadcasts that wait for a removed account.
import type { SendingChannel } from '#channels/channel.ts'
import type { Sql } from '#db/sql.ts'
import { endQueued } from '#delivery/end.ts'

/**
 * Fails what is queued on a channel whose account is removed. Without this the sandbox would take it and report it as
 * delivered. Each delivery can be retried by hand, through the account that the channel has then. A delivery that is
 * being sent at this moment still counts if the attempt succeeds.
 */
export async function endWaiting(sql: Sql, workspace_id: string, channel: SendingChannel, at: Date): Promise<void> {
  await endBroadcasts(sql, workspace_id, channel, at)
  await endQueued(sql, workspace_id, sql`channel = ${channel} and broadcast_id = 0`, 'account_removed', at)
}

/** They send nothing more from here on; their queued deliveries end in the background, however many there are. */
const endBroadcasts = (sql: Sql, workspace_id: string, channel: SendingChannel, at: Date) => sql`
  update broadcasts set state = 'canceled', ends_as = 'account_removed', due_at = now(), updated_at = ${at}
  where workspace_id = ${workspace_id} and channel = ${channel} and (state <> 'canceled' or due_at is null)
    and (due_at is not null or exists (
      select from deliveries
      where workspace_id = ${workspace_id} and channel = ${channel} and broadcast_id = broadcasts.id
        and status = 'queued'))`
