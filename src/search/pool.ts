// The connections of searches. They are few, and each statement has a time limit, so that a slow search stops no other
// request.

import driver from '#db/driver.ts'
import { isPooled } from '#db/pooler.ts'
import type { Pool } from '#db/sql.ts'
import { ApiError } from '#http/errors.ts'
import type { Workspace } from '#workspaces/workspace.ts'

const CONNECTIONS = 4
export const STATEMENT_LIMIT_MS = 10_000

/** A plan that does not know its values does not know either how many rows have them. */
const SESSION = { statement_timeout: STATEMENT_LIMIT_MS, plan_cache_mode: 'force_custom_plan' }

/** Slow statements of a workspace that run at once in this process, and how long another one waits for its turn. */
const SLOW_AT_ONCE = 2
const LONGEST_WAIT_MS = 5_000

const pools = new WeakMap<Pool, Pool>()

/**
 * Runs a search with the connections of searches; inside a transaction, with that of the transaction. Behind a connection
 * pooler it is a transaction, which keeps its time limit.
 */
export async function searching<Result>(
  workspace: Workspace,
  search: (workspace: Workspace) => Promise<Result>,
): Promise<Result> {
  const { sql } = workspace
  if (!('begin' in sql)) return search(workspace)
  const pool = poolOf(sql as Pool)
  if (!isPooled(sql as Pool)) return search({ ...workspace, sql: pool })
  return pool.begin(async (sql) => {
    await sql`select set_config('statement_timeout', ${String(STATEMENT_LIMIT_MS)}, true)`
    return search({ ...workspace, sql })
  }) as Promise<Result>
}

function poolOf(sql: Pool): Pool {
  const known = pools.get(sql)
  if (known) return known
  const { options } = sql
  const pool = driver({
    ...options,
    max: CONNECTIONS,
    idle_timeout: 30,
    connection: { ...options.connection, ...(!isPooled(sql) && SESSION) },
  } as never) as unknown as Pool
  pools.set(sql, pool)
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
