// Search that lags behind what was written, as Intercom's own does, where a sandbox asks for it.
import type { Fragment } from '#db/sql.ts'
import type { Workspace } from '#workspaces/workspace.ts'

/** The condition, of what was there, and as it is now, before the lag began. Without a lag the condition itself. */
export function indexed({ sql, lags, now }: Workspace, condition: Fragment): Fragment {
  if (!lags.search_lag_ms) return condition
  return sql`(${condition}) and updated_at <= ${new Date(now().getTime() - lags.search_lag_ms)}`
}
