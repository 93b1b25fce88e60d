// A workspace as one request (or one job) sees it: what every query and every verb takes first.
import type { Pool, Sql } from '#db/sql.ts'
import { LATEST, type Version } from '#versions/versions.ts'

export type Workspace = {
  /** Eight lower-case letters and digits: `app.id_code`, `workspace_id` and `app_id` on the wire. */
  readonly id: string
  /** The pool, or the transaction that this request runs in. */
  readonly sql: Sql
  /** The Intercom version that the caller speaks. */
  readonly version: Version
  /** The admin whose token this is: who acts where a request names nobody. */
  readonly admin_id: string
  /** The workspace's clock; a sandbox may freeze or advance it. */
  now(): Date
  /** Runs a task once what was written is committed; never when it is rolled back. */
  afterCommit(task: () => void): void
}

type Caller = { workspace_id: string; admin_id: string }

/** The workspace of a token, with tasks run at once until a transaction takes them over. */
export const workspaceOf = (sql: Sql, { workspace_id, admin_id }: Caller, version: Version = LATEST): Workspace => ({
  id: workspace_id,
  sql,
  version,
  admin_id,
  now: () => new Date(),
  afterCommit: (task) => task(),
})

/**
 * Runs several statements as one: in the transaction that is open already, or in one of their own. Where PostgreSQL ends
 * that because it and others waited for each other in a circle, it is begun once more: nothing of it was written.
 */
export async function atomically<Result>(
  workspace: Workspace,
  work: (workspace: Workspace) => Promise<Result>,
): Promise<Result> {
  if (!('begin' in workspace.sql)) return work(workspace)
  const pool = workspace.sql as Pool
  return transaction(workspace, pool, work).catch((error) => {
    if (error.code !== DEADLOCK) throw error
    return transaction(workspace, pool, work)
  })
}

const DEADLOCK = '40P01'

async function transaction<Result>(workspace: Workspace, pool: Pool, work: (workspace: Workspace) => Promise<Result>) {
  const tasks: (() => void)[] = []
  const result = await pool.begin((sql) => work({ ...workspace, sql, afterCommit: (task) => void tasks.push(task) }))
  for (const task of tasks) workspace.afterCommit(task)
  return result as Result
}
