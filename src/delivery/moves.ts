// Tells the streams of teammates which deliveries have moved.
import type { Fragment, Sql } from '#db/sql.ts'
import { insertChanges } from '#events/changes.ts'

/**
 * Returns a CTE for every statement that changes deliveries, as `tally` does: `moves as (${insertMoves(sql)})`. The statement must
 * have a CTE `moved` with their `workspace_id`, `id` and `conversation_id`.
 */
export const insertMoves = (sql: Sql): Fragment =>
  insertChanges(sql, 'delivery.moved', sql`select workspace_id, id as object_id, conversation_id from moved`)
