// SQL fragments for the statements of other folders: the internal articles in a folder.
import type { Fragment } from '#db/sql.ts'
import type { Workspace } from '#workspaces/workspace.ts'

/** How many internal articles are directly in a folder, as SQL for an integer. */
export const countInFolder = ({ sql, id }: Workspace, folder_id: Fragment): Fragment => sql`
  (select count(*) from internal_articles where workspace_id = ${id} and folder_id = ${folder_id})`
