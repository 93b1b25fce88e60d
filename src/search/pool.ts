// The connections of searches. They are few, and each statement has a time limit, so that a slow search stops no other
// request.

import driver from '#db/driver.ts'
import type { Pool, Sql } from '#db/sql.ts'
import { ApiError } from '#http/errors.ts'
import type { Workspace } from '#workspaces/workspace.ts'

const CONNECTIONS = 4
export const STATEMENT_LIMIT_MS = 10_000

/** Slow statements of a workspace that run at once in this process, and how long another one waits for its turn. */
const SLOW_AT_ONCE = 2
const LONGEST_WAIT_MS = 5_000

const pools = new WeakMap<Pool, Pool>()

/** Returns the workspace with the connections of searches; inside a transaction, with those of the transaction. */
export const forSearch = (workspace: Workspace): Workspace => ({ ...workspace, sql: poolOf(workspace.sql) })

function poolOf(sql: Sql): Sql {
  if (!('begin' in sql)) return sql
  const known = pools.get(sql as Pool)
  if (known) return known
  const { options } = sql as Pool
  const pool = driver({
    ...options,
    max: CONNECTIONS,
    idle_timeout: 30,
    // A plan that does not know its values does not know either how many rows have them.
    connection: { ...options.connection, statement_timeout: STATEMENT_LIMIT_MS, plan_cache_mode: 'force_custom_plan' },
  } as never) as unknown as Pool
  pools.set(sql as Pool, pool)
  return pool
}

/** Closes the connections of searches that belong to the pool. */
export const closeSearches = async (pool: Pool): Promise<void> => pools.get(pool)?.end({ timeout: 0.5 })

type Turns = { running: number; waiting: (() => void)[] }
const turns = new Map<string, Turns>()

/**
 * Runs a statement that can read all rows of a workspace: no more than two at once for each workspace.
 * @throws a 429 if none of those that run ends in time.
 */
export async function inTurn<Result>(
  workspace: Workspace,
  work: () => Promise<Result>,
  longest_wait_ms = LONGEST_WAIT_MS,
): Promise<Result> {
  const { id } = workspace
  const of = turns.get(id) ?? { running: 0, waiting: [] }
  turns.set(id, of)
  if (of.running >= SLOW_AT_ONCE) await turn(of, longest_wait_ms)
  else of.running++
  try {
    return await work()
  } finally {
    const next = of.waiting.shift()
    if (next) next()
    else if (--of.running === 0) turns.delete(id)
  }
}

const turn = (of: Turns, wait_ms: number): Promise<void> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      of.waiting.splice(of.waiting.indexOf(mine), 1)
      const message = 'Too many slow searches of this workspace run at the same time, try again'
      reject(new ApiError(429, 'rate_limit_exceeded', message, { 'retry-after': '5' }))
    }, wait_ms)
    const mine = () => {
      clearTimeout(timer)
      resolve()
    }
    of.waiting.push(mine)
  })

/** PostgreSQL's code for a statement that took too long. */
const CANCELED = '57014'

/** Returns the error to answer with. `what` names the search for the caller. */
export const asTimeLimit = (error: unknown, what: string): unknown =>
  (error as { code?: string }).code === CANCELED
    ? new ApiError(
        503,
        'service_unavailable',
        `The search took longer than ${STATEMENT_LIMIT_MS / 1000} seconds: ${what}. Add a filter that fewer objects meet`,
        { 'retry-after': '30' },
      )
    : error
