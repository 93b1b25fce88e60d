// Opens a workspace for work without a token, such as a provider's callback or a job.
import type { Sql } from '#db/sql.ts'
import { findClockAndTopics } from './queries.ts'
import { type Workspace, workspaceOf } from './workspace.ts'

/** `admin_id` is the acting admin. Default: none. */
export const openWorkspace = async (sql: Sql, workspace_id: string, admin_id = ''): Promise<Workspace> =>
  workspaceOf(sql, { workspace_id, admin_id, ...(await findClockAndTopics(sql, workspace_id)) })

/** Returns the time on the workspace's clock at the real time `real`. */
export const workspaceTime = ({ ahead_ms }: Workspace, real: Date): Date => new Date(real.getTime() + ahead_ms())
