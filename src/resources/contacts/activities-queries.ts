// What happened to contacts: written in the transaction of its cause, and read in one order without losing late commits.
import type { Fragment, Sql } from '#db/sql.ts'
import type { Workspace } from '#workspaces/workspace.ts'

export type ActivityRow = {
  transaction_id: string
  id: string
  event_type: 'contact.created' | 'contact.role_updated' | 'contact.deleted' | 'contact.merged' | 'contact.merge_failed'
  contact_id: string
  role: string | null
  external_id: string | null
  merge_source_id: string | null
  merge_target_id: string | null
  failure_reason: string | null
  created_at: Date
}

/** The position of an activity in the list. */
export type ActivityPosition = Pick<ActivityRow, 'transaction_id' | 'id'>

/** Returns an INSERT for the statement that creates contacts; `created` is the name of the CTE that returns them. */
export const createdActivities = (
  sql: Sql,
  event_type: 'contact.created' | 'contact.role_updated',
  created: Fragment,
): Fragment => sql`
  insert into contact_activities (workspace_id, event_type, contact_id, role, external_id, created_at)
  select workspace_id, ${event_type}, id, role, external_id, updated_at from ${created}`

type NewActivity = Pick<ActivityRow, 'event_type' | 'contact_id'> &
  Partial<Pick<ActivityRow, 'role' | 'external_id' | 'merge_source_id' | 'merge_target_id' | 'failure_reason'>>

export const insertActivity = ({ sql, id, now }: Workspace, activity: NewActivity) => sql`
  insert into contact_activities ${sql({ workspace_id: id, ...activity, created_at: now() } as never)}`

/** Returns the contact as it is now, for an activity. */
export const ofContact = ({ id, role, external_id }: { id: string; role: string; external_id: string | null }) => ({
  ...{ contact_id: id, role, external_id },
})

/**
 * Returns the next activities, oldest first. Those that are not `is_readable` come last: an older transaction is still open,
 * and may add others before them.
 */
export const listActivities = ({ sql, id: workspace_id }: Workspace, after: ActivityPosition, limit: number) => sql<
  (ActivityRow & { is_readable: boolean })[]
>`
  select transaction_id::text, id, event_type, contact_id, role, external_id, merge_source_id, merge_target_id,
    failure_reason, created_at, transaction_id < pg_snapshot_xmin(pg_current_snapshot()) as is_readable
  from contact_activities
  where workspace_id = ${workspace_id}
    and (transaction_id, id) > (${after.transaction_id}::text::xid8, ${after.id}::bigint)
  order by transaction_id, id limit ${limit}`

/** As `repairOrder` of events does: after a restore, the transaction ids of old activities would be from the future. */
export async function repairActivities(sql: Sql): Promise<void> {
  const ahead = await sql`
    select from workspaces
    cross join lateral (
      select transaction_id from contact_activities where workspace_id = workspaces.id
      order by transaction_id desc, id desc limit 1
    ) newest
    where transaction_id >= pg_snapshot_xmax(pg_current_snapshot()) limit 1`
  if (ahead.count)
    await sql`update contact_activities set transaction_id = '3'::xid8 where workspace_id in (select id from workspaces)`
}
