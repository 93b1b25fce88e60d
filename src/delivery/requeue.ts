// Queues a failed delivery again, by hand.
import { one, rowId } from '#db/sql.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { insertMoves } from './moves.ts'
import { tally } from './tally.ts'

/** Makes a failed delivery due now and restarts its retry period. Returns undefined if it has not failed, or its conversation was deleted. */
export function requeue(workspace: Workspace, id: string) {
  const at = workspace.now()
  return one(workspace.sql<{ id: string }[]>`
    with moved as (
      update deliveries set status = 'queued', due_at = now(), retried_at = ${at}, error_code = null,
        error_reason = null, error_details = null, updated_at = ${at}
      where workspace_id = ${workspace.id} and id = ${rowId(id)} and status = 'failed'
        and not conversation_deleted
      returning workspace_id, id, conversation_id, attempts, broadcast_id, 'failed' as was, status
    ),
    tally as (${tally(workspace.sql)}),
    moves as (${insertMoves(workspace.sql)})
    insert into delivery_history (workspace_id, delivery_id, event, status, attempt, at)
    select workspace_id, id, 'retried', 'queued', attempts, ${at} from moved returning delivery_id as id`)
}
