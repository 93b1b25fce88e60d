// A workspace for whoever comes without a token, such as a provider: with the clock that it goes by.
import type { Sql } from '#db/sql.ts'
import { findSurroundings } from './queries.ts'
import { type Workspace, workspaceOf } from './workspace.ts'

/** `admin_id` is who acts; nobody where absent. */
export const openWorkspace = async (sql: Sql, workspace_id: string, admin_id = ''): Promise<Workspace> =>
  workspaceOf(sql, { workspace_id, admin_id, ...(await findSurroundings(sql, workspace_id)) })

/** What the workspace's clock showed when it was `real` to the world outside. */
export const onItsClock = ({ ahead_ms }: Workspace, real: Date): Date => new Date(real.getTime() + ahead_ms())
