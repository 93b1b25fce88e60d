// Changes stored snapshots of an object, from which something must disappear.
import type { Fragment } from '#db/sql.ts'
import type { Workspace } from '#workspaces/workspace.ts'

export type StoredObject = { object_type: string; object_id: string }

/** Returns SQL for the new value of a stored object; `stored` is SQL for the present one. */
export type Change = (stored: Fragment) => Fragment

export const changeSnapshots = (
  { sql, id }: Workspace,
  { object_type, object_id }: StoredObject,
  change: Change,
) => sql`
  update events set snapshot = ${change(sql`snapshot`)}
  where workspace_id = ${id} and object_type = ${object_type} and object_id = ${object_id} and snapshot is not null`
