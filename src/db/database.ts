// The database as the running server holds it: there from the first moment, usable once it is ready.
import type { Pool } from './sql.ts'

export type Database = {
  /** The pool; throws CONNECTION_PENDING, which is answered as a 503, while there is none yet. */
  pool(): Pool
  readonly ready: boolean
}

/** A database that is opened later: the server answers `/healthz` before PostgreSQL is up. */
export function pendingDatabase(): Database & { open(pool: Pool): void } {
  let opened: Pool | undefined
  return {
    get ready() {
      return opened !== undefined
    },
    open(pool) {
      opened = pool
    },
    pool() {
      if (!opened) throw Object.assign(new Error('The database is not open yet'), { code: 'CONNECTION_PENDING' })
      return opened
    },
  }
}

export const openDatabase = (pool: Pool): Database => ({ ready: true, pool: () => pool })
