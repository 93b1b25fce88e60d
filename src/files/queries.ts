// Keys of stored files that no row refers to: either about to be claimed, or to be removed.
import type { Fragment, Sql } from '#db/sql.ts'

/** Longer than any write of a file, and than any transaction that claims it. */
const CLAIMED_WITHIN_HOURS = 1

export const insertUnclaimed = (sql: Sql, key: string, within_hours = CLAIMED_WITHIN_HOURS) => sql`
  insert into unclaimed_files (key, remove_after) values (${key}, now() + ${within_hours} * interval '1 hour')`

/** Returns a DELETE for a CTE that claims a file if `condition` is true: a row refers to the file from now on. */
export const claimedFile = (sql: Sql, key: string, condition: Fragment): Fragment => sql`
  delete from unclaimed_files where key = ${key} and ${condition} returning key`

/** Locks keys whose time is up until the transaction ends. Skips those that a running transaction is claiming. */
export const lockRemovable = (sql: Sql, limit: number) => sql<{ key: string }[]>`
  select key from unclaimed_files where remove_after <= now() order by remove_after limit ${limit} for update skip locked`

export const deleteUnclaimed = (sql: Sql, keys: string[]) => sql`
  delete from unclaimed_files where key = any(${keys}::text[])`
