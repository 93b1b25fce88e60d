// A connection pooler between the server and PostgreSQL, such as PgBouncer. In transaction mode each transaction of a
// connection can run in another session, so that nothing of a session lasts: prepared statements, LISTEN, settings.
import { type ConnectOptions, connect } from './connect.ts'
import type { Pool } from './sql.ts'

/** For each pool behind a pooler, another one that reaches PostgreSQL itself; null if there is none. */
const direct = new WeakMap<Pool, Pool | null>()

/**
 * Returns whether there is a pooler. PostgreSQL tells each connection the number of its process; a pooler answers with a
 * number of its own. In session mode nothing would be lost, but that cannot be told from outside.
 */
export async function hasPooler(options: ConnectOptions): Promise<boolean> {
  const probe = connect({ ...options, max: 1, fetch_types: false, prepare: false })
  try {
    const query = probe<[{ pid: number }]>`select pg_backend_pid() as pid`.simple()
    const [{ pid }] = await query
    return (query as unknown as { state: { pid: number } }).state.pid !== pid
  } finally {
    await probe.end({ timeout: 1 })
  }
}

/** The pool is behind a pooler; `itself` is another one that is not, if there is one. */
export const setPooled = (pool: Pool, itself: Pool | null) => direct.set(pool, itself)

export const isPooled = (pool: Pool): boolean => direct.has(pool)

/** Returns a pool whose connections are sessions of PostgreSQL; undefined if there is none. */
export const sessionsOf = (pool: Pool): Pool | undefined => {
  const itself = direct.get(pool)
  return itself === undefined ? pool : (itself ?? undefined)
}
