// The SQL of SLAs that time changes: missed targets, and those that run again after a snooze.
import type { Sql } from '#db/sql.ts'
import { epoch, fromEpoch } from '#http/types.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { type ConversationRow, withCalendar } from '../queries.ts'
import { isOneOf, type Workspaces } from '../state/queries.ts'

/** A target that is due at this second is not missed yet. */
const wholeSecond = (time: Date): Date => fromEpoch(epoch(time))

/** Returns the workspaces in which SLAs change at `now`. */
export const listWorkspacesWithDueSlas = async (sql: Sql, where: Workspaces, now: Date): Promise<string[]> =>
  (
    await sql<{ id: string }[]>`
      select distinct workspace_id as id from conversations where sla_due_at < ${wholeSecond(now)} and ${isOneOf(sql, where)}
      union
      select distinct workspace_id from conversations
      where sla_paused and state <> 'snoozed' and ${isOneOf(sql, where)}`
  ).map(({ id }) => id)

/** Locks and returns conversations whose SLA changes now. Those that another transaction is changing are left to it. */
export const lockWithDueSla = (workspace: Workspace, limit: number) => {
  const { sql, id } = workspace
  return sql<ConversationRow[]>`
    select ${withCalendar(workspace)} from conversations
    where workspace_id = ${id} and (
      (sla_due_at is not null and sla_due_at < ${wholeSecond(workspace.now())}) or (sla_paused and state <> 'snoozed'))
    order by id limit ${limit} for update of conversations skip locked`
}
