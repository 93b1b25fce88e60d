// The names of files that lie in the storage though nothing refers to them: about to be referred to, or to be removed.
import type { Fragment, Sql } from '#db/sql.ts'

/** Longer than any file is written, and any transaction that will refer to it runs. */
const CLAIMED_WITHIN = '1 hour'

export const noteUnclaimed = (sql: Sql, key: string) => sql`
  insert into unclaimed_files (key, remove_after) values (${key}, now() + ${CLAIMED_WITHIN}::interval)`

/** Returns a DELETE for a CTE: takes the note of a file away if `condition` is true, because a row refers to it now. */
export const claimedFile = (sql: Sql, key: string, condition: Fragment): Fragment => sql`
  delete from unclaimed_files where key = ${key} and ${condition} returning key`

/** Those whose time is up, held until the transaction ends; without those that a running transaction is claiming. */
export const lockRemovable = (sql: Sql, limit: number) => sql<{ key: string }[]>`
  select key from unclaimed_files where remove_after <= now() order by remove_after limit ${limit} for update skip locked`

export const forgetUnclaimed = (sql: Sql, keys: string[]) => sql`
  delete from unclaimed_files where key = any(${keys}::text[])`
