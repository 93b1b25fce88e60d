// What was snoozed until a time wakes when that has come.
import type { Sql } from '#db/sql.ts'
import { wakeDue } from '../queries.ts'

const AT_ONCE = 500

/** In every workspace. Says how many woke; several processes may call it at the same time. */
export async function wakeSnoozed(sql: Sql, now: Date): Promise<number> {
  let total = 0
  for (let woken = AT_ONCE; woken === AT_ONCE; total += woken) woken = await wakeDue(sql, now, AT_ONCE)
  return total
}
