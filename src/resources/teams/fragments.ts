// SQL fragments of teams for the statements of other folders.
import type { Fragment } from '#db/sql.ts'
import type { Workspace } from '#workspaces/workspace.ts'

/** The ids of the teams of an admin, as an array. `secondary`: only those in which the admin comes second. */
export const teamIdsOf = ({ sql, id }: Workspace, admin_id: Fragment, { secondary = false } = {}): Fragment => sql`
  array(select teams.id from teams
    where teams.workspace_id = ${id} and ${admin_id} = any(${secondary ? sql`secondary_admin_ids` : sql`admin_ids`})
    order by teams.id)`
