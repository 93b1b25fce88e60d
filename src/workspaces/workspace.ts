// A workspace as one request (or one job) sees it: what every query and every verb takes first.
import type { Pool, Sql } from '#db/sql.ts'
import { LATEST, type Version } from '#versions/versions.ts'
import { aheadOf, type Clock, SERVER_CLOCK, timeOn } from './clock.ts'

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
  /** How far that is ahead of the server's own, in milliseconds; behind where it is negative. */
  ahead_ms(): number
  /** How long searches do not find what is new, and messages do not reach contacts who are: 0, but in a sandbox. */
  readonly lags: Lags
  /** Whether somebody subscribes to the topic: only then does an event hold its object as it was. */
  listens(topic: string): boolean
  /** Runs a task once what was written is committed; never when it is rolled back. */
  afterCommit(task: () => void): void
}

/** In milliseconds, by the workspace's clock. */
export type Lags = { search_lag_ms: number; message_lag_ms: number }

export const NO_LAGS: Lags = { search_lag_ms: 0, message_lag_ms: 0 }

/** Without a clock of its own the workspace goes by the server's, and without lags it has none. */
type Caller = { workspace_id: string; admin_id: string; listened_topics?: readonly string[] } & Partial<Clock & Lags>

/** The workspace of a token, with tasks run at once until a transaction takes them over. */
export function workspaceOf(sql: Sql, caller: Caller, version: Version = LATEST): Workspace {
  const { clock_frozen_at, clock_ahead_seconds, search_lag_ms, message_lag_ms } = { ...UNTOUCHED, ...caller }
  const { listened_topics = [] } = caller
  return {
    id: caller.workspace_id,
    sql,
    version,
    admin_id: caller.admin_id,
    now: () => timeOn({ clock_frozen_at, clock_ahead_seconds }),
    ahead_ms: () => aheadOf({ clock_frozen_at, clock_ahead_seconds }),
    lags: { search_lag_ms, message_lag_ms },
    listens: (topic) => listened_topics.includes(topic),
    afterCommit: (task) => task(),
  }
}

const UNTOUCHED = { ...SERVER_CLOCK, ...NO_LAGS }

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
