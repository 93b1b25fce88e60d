// A workspace for one request or job: the first argument of every query and verb.
import type { Pool, Sql } from '#db/sql.ts'
import { LATEST, type Version } from '#versions/versions.ts'
import { aheadOf, type Clock, timeOn } from './clock.ts'

export type Workspace = {
  /** Eight lower-case letters and digits: `app.id_code`, `workspace_id` and `app_id` on the wire. */
  readonly id: string
  /** The pool, or the transaction that this request runs in. */
  readonly sql: Sql
  /** It is a replica of the database, for this request: nothing can be kept for later ones. */
  readonly is_read_only?: true
  /** The Intercom version that the caller uses. */
  readonly version: Version
  /** The admin of the token, who acts if a request names no admin. */
  readonly admin_id: string
  /** The address that the request came from; null if it is not a request. */
  readonly caller_ip: string | null
  /** The workspace's clock; a sandbox may freeze or advance it. */
  now(): Date
  /** Returns how far `now()` is ahead of the server's clock, in milliseconds; negative if it is behind. */
  ahead_ms(): number
  /** How long searches do not find new objects, and messages do not reach new contacts. 0 except in a sandbox. */
  readonly lags: Lags
  /** Returns whether the topic has a subscriber: only then does an event store a snapshot of its object. */
  listens(topic: string): boolean
  /** Runs a task after the commit; never after a rollback. */
  afterCommit(task: () => void): void
}

/** In milliseconds, by the workspace's clock. */
export type Lags = { search_lag_ms: number; message_lag_ms: number }

export const NO_LAGS: Lags = { search_lag_ms: 0, message_lag_ms: 0 }

/** Default: the server's clock, and no lags. */
type Caller = { workspace_id: string; admin_id: string; listened_topics?: readonly string[] } & Partial<Clock & Lags>

/** Returns the workspace of a token. Outside a transaction, `afterCommit` runs its task at once. */
export function workspaceOf(
  sql: Sql,
  caller: Caller,
  version: Version = LATEST,
  caller_ip: string | null = null,
): Workspace {
  const { clock_frozen_at = null, clock_ahead_seconds = 0, search_lag_ms = 0, message_lag_ms = 0 } = caller
  const { listened_topics = [] } = caller
  return {
    id: caller.workspace_id,
    sql,
    version,
    admin_id: caller.admin_id,
    caller_ip,
    now: () => timeOn({ clock_frozen_at, clock_ahead_seconds }),
    ahead_ms: () => aheadOf({ clock_frozen_at, clock_ahead_seconds }),
    lags: { search_lag_ms, message_lag_ms },
    listens: (topic) => listened_topics.includes(topic),
    afterCommit: (task) => task(),
  }
}

/**
 * What the transaction had read was changed by another one that is committed. Throw it before anything is answered: nothing
 * is written, and `atomically` runs the work again.
 */
export class ChangedMeanwhile extends Error {
  readonly code = 'CHANGED_MEANWHILE'
}

/**
 * Runs several statements in the open transaction, or in a new one. After a deadlock, or a `ChangedMeanwhile`, a new one is
 * run again, four times at most: nothing of it was written.
 */
export async function atomically<Result>(
  workspace: Workspace,
  work: (workspace: Workspace) => Promise<Result>,
): Promise<Result> {
  if (!('begin' in workspace.sql)) return work(workspace)
  const pool = workspace.sql as Pool
  for (let runs = 1; ; runs++) {
    try {
      return await transaction(workspace, pool, work)
    } catch (error) {
      if (runs === MOST_RUNS || !RUN_AGAIN_AFTER.includes((error as { code?: string }).code ?? '')) throw error
    }
  }
}

const MOST_RUNS = 5
/** PostgreSQL's code for a deadlock, and ours. */
const RUN_AGAIN_AFTER = ['40P01', 'CHANGED_MEANWHILE']

async function transaction<Result>(workspace: Workspace, pool: Pool, work: (workspace: Workspace) => Promise<Result>) {
  const tasks: (() => void)[] = []
  const result = await pool.begin((sql) => work({ ...workspace, sql, afterCommit: (task) => void tasks.push(task) }))
  for (const task of tasks) workspace.afterCommit(task)
  return result as Result
}
