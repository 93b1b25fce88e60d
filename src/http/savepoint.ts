// Work within a transaction that leaves nothing behind if it is refused.
import type { Sql } from '#db/sql.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { ApiError } from './errors.ts'

type WithSavepoints = { savepoint<Result>(work: (sql: Sql) => Promise<Result>): Promise<Result> }

/** Runs work in a savepoint of the open transaction. Returns its result, or the refusal (4xx) after undoing it. */
export async function alone<Result>(
  workspace: Workspace,
  work: (workspace: Workspace) => Result | Promise<Result>,
): Promise<Result | ApiError> {
  try {
    const { savepoint } = workspace.sql as unknown as WithSavepoints
    return await savepoint(async (sql) => work({ ...workspace, sql }))
  } catch (error) {
    if (error instanceof ApiError && error.status < 500) return error
    throw error
  }
}
