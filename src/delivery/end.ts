// Ends deliveries that are still queued, because somebody wants it rather than because of what a provider said.
import type { Fragment, Sql } from '#db/sql.ts'
import { tally } from './tally.ts'

/** By the error code that the delivery then shows. */
const ENDINGS = {
  canceled: { event: 'canceled', reason: 'Canceled by request' },
  account_removed: { event: 'given_up', reason: 'The channel account was removed before this was sent' },
}

export type Ending = keyof typeof ENDINGS

/** A delivery that failed with one of these was not refused: an attempt under way that succeeds still counts. */
export const ENDED = Object.keys(ENDINGS)

/** Ends what is queued and `which` is true of; their ids. An attempt that is under way is not called back. */
export function endQueued(sql: Sql, workspace_id: string, which: Fragment, code: Ending, at: Date) {
  const { event, reason } = ENDINGS[code]
  return sql<{ id: string }[]>`
    with moved as (
      update deliveries set status = 'failed', error_code = ${code}, error_reason = ${reason}, error_details = null,
        updated_at = ${at}
      where workspace_id = ${workspace_id} and status = 'queued' and ${which}
      returning workspace_id, id, attempts, broadcast_id, 'queued' as was, status
    ),
    tally as (${tally(sql)})
    insert into delivery_history (workspace_id, delivery_id, event, status, attempt, code, reason, at)
    select workspace_id, id, ${event}, 'failed', attempts, ${code}, ${reason}, ${at} from moved
    returning delivery_id as id`
}
