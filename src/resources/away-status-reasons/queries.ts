// The reasons for being away that the admins of a workspace can choose from.
import { one, rowId } from '#db/sql.ts'
import type { Workspace } from '#workspaces/workspace.ts'

export type AwayStatusReasonRow = {
  id: string
  label: string
  emoji: string
  order: number
  /** Admins can no longer choose it; those who are away for this reason still are. */
  deleted: boolean
  created_at: Date
  updated_at: Date
}

/** Returns the deleted ones too. */
export const listAwayStatusReasons = (workspace: Workspace) => workspace.sql<AwayStatusReasonRow[]>`
  select id, label, emoji, "order", deleted, created_at, updated_at
  from away_status_reasons where workspace_id = ${workspace.id} order by "order", id`

export const findAwayStatusReason = (workspace: Workspace, id: string) =>
  one(workspace.sql<AwayStatusReasonRow[]>`
    select * from away_status_reasons where workspace_id = ${workspace.id} and id = ${rowId(id)}`)

type NewReason = Pick<AwayStatusReasonRow, 'label' | 'emoji' | 'order'> & { deleted?: boolean }

/** Returns its id. */
export async function insertAwayStatusReason(workspace: Workspace, reason: NewReason): Promise<string> {
  const { label, emoji, order, deleted = false } = reason
  const now = workspace.now()
  const [inserted] = await workspace.sql<{ id: string }[]>`
    insert into away_status_reasons (workspace_id, label, emoji, "order", deleted, created_at, updated_at)
    values (${workspace.id}, ${label}, ${emoji}, ${order}, ${deleted}, ${now}, ${now}) returning id`
  return inserted!.id
}
