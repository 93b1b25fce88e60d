// Makes search results lag behind writes, as Intercom's do, if the sandbox sets a lag.
import type { Fragment } from '#db/sql.ts'
import type { Workspace } from '#workspaces/workspace.ts'

/** Limits the condition to rows that have not changed within the lag. Without a lag, returns it unchanged. */
export function indexed({ sql, lags, now }: Workspace, condition: Fragment): Fragment {
  if (!lags.search_lag_ms) return condition
  return sql`(${condition}) and updated_at <= ${new Date(now().getTime() - lags.search_lag_ms)}`
}
