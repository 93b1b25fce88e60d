// Changes stored snapshots of an object, from which something must disappear.
import type { Fragment } from '#db/sql.ts'
import type { Workspace } from '#workspaces/workspace.ts'

type SnapshotsOf = { object_type: string; object_id: string }

/** `changed` is SQL for the new value of the column `snapshot`. */
export const changeSnapshots = (
  { sql, id }: Workspace,
  { object_type, object_id }: SnapshotsOf,
  changed: Fragment,
) => sql`
  update events set snapshot = ${changed}
  where workspace_id = ${id} and object_type = ${object_type} and object_id = ${object_id} and snapshot is not null`
