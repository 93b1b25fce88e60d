// Ends deliveries that are still queued: by request, or because their channel account was removed.
import type { Fragment, Sql } from '#db/sql.ts'
import { insertMoves } from './moves.ts'
import { tally } from './tally.ts'

/** Keyed by the error code that the delivery then shows. */
const ENDINGS = {
  canceled: { event: 'canceled', reason: 'Canceled by request' },
  audience_broken: { event: 'given_up', reason: 'The audience of the broadcast can no longer be evaluated' },
  redacted: { event: 'canceled', reason: 'The message was redacted before it was sent' },
  conversation_deleted: { event: 'canceled', reason: 'The conversation was deleted' },
  account_removed: { event: 'given_up', reason: 'The channel account was removed before this was sent' },
}

export type Ending = keyof typeof ENDINGS

/** These error codes do not come from a provider: if an attempt is running and then succeeds, its success counts. */
export const ENDED = Object.keys(ENDINGS)

/** Ends the queued deliveries that match the condition `which`. Returns their ids. A running attempt is not stopped. */
export function endQueued(sql: Sql, workspace_id: string, which: Fragment, code: Ending, at: Date) {
  const { event, reason } = ENDINGS[code]
  return sql<{ id: string }[]>`
    with moved as (
      update deliveries set status = 'failed', error_code = ${code}, error_reason = ${reason}, error_details = null,
        updated_at = ${at}
      where workspace_id = ${workspace_id} and status = 'queued' and ${which}
      returning workspace_id, id, conversation_id, attempts, broadcast_id, 'queued' as was, status
    ),
    tally as (${tally(sql)}),
    moves as (${insertMoves(sql)})
    insert into delivery_history (workspace_id, delivery_id, event, status, attempt, code, reason, at)
    select workspace_id, id, ${event}, 'failed', attempts, ${code}, ${reason}, ${at} from moved
    returning delivery_id as id`
}

/**
 * Ends the deliveries of a deleted conversation, which the condition `which` matches: those in the queue, and those that wait
 * for the messenger of their contact. The others keep their status.
 */
export const endDeliveriesOf = (sql: Sql, workspace_id: string, which: Fragment, at: Date) => {
  const { event, reason } = ENDINGS.conversation_deleted
  return sql`
    with before as (
      select id, status, status = 'queued' or (channel = 'inapp' and status = 'sent') as ends from deliveries
      where workspace_id = ${workspace_id} and ${which} order by id for update
    ),
    moved as (
      update deliveries set conversation_deleted = true, updated_at = case when ends then ${at} else updated_at end,
        status = case when ends then 'failed' else deliveries.status end,
        error_code = case when ends then 'conversation_deleted' else error_code end,
        error_reason = case when ends then ${reason} else error_reason end
      from before where workspace_id = ${workspace_id} and deliveries.id = before.id
      returning workspace_id, deliveries.id, conversation_id, attempts, broadcast_id, before.status as was, deliveries.status
    ),
    tally as (${tally(sql)}),
    moves as (${insertMoves(sql)})
    insert into delivery_history (workspace_id, delivery_id, event, status, attempt, code, reason, at)
    select workspace_id, id, ${event}, status, attempts, 'conversation_deleted', ${reason}, ${at}
    from moved where was <> status`
}
