// Deliveries that wait for a channel account: they fail when it is removed, and are retried when the channel has
// another.
import type { SendingChannel } from '#channels/channel.ts'
import type { Sql } from '#db/sql.ts'
import { bringForwardOn } from '#delivery/bring-forward.ts'
import { endQueued } from '#delivery/end.ts'
import { retryFetchesFromMeta } from '#resources/attachments/queries.ts'
import { endBroadcasts } from '#resources/broadcasts/queries.ts'

/**
 * Fails the queued deliveries of a channel whose account is removed. Otherwise the sandbox would capture them and
 * report them as delivered. Each delivery can be retried by hand, with the account that the channel has then. A
 * delivery that is being sent at this moment still counts if the attempt succeeds.
 */
export async function endWaiting(sql: Sql, workspace_id: string, channel: SendingChannel, at: Date): Promise<void> {
  await endBroadcasts(sql, workspace_id, channel, at)
  await endQueued(sql, workspace_id, sql`channel = ${channel} and broadcast_id = 0`, 'account_removed', at)
}

/**
 * Makes the next attempts due at once: of deliveries on the channel, and for WhatsApp of files to be fetched from Meta.
 */
export async function retryWaiting(sql: Sql, workspace_id: string, channel: SendingChannel): Promise<void> {
  await bringForwardOn(sql, workspace_id, channel)
  if (channel === 'whatsapp') await retryFetchesFromMeta(sql, workspace_id)
}
