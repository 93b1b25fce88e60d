// SQL fragments of admins for the statements of other folders.
import type { Fragment, Sql } from '#db/sql.ts'

/** The id of the bot that acts for a workspace. `workspace_id` is the id, or SQL for it. */
export const botOf = (sql: Sql, workspace_id: string | Fragment): Fragment => sql`
  (select bot.id from admins bot where bot.workspace_id = ${workspace_id} and is_bot order by bot.id limit 1)`
