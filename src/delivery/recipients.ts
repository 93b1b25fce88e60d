// What deliveries change in the records of their recipients. This layer does not know the table of contacts: the owner of
// that table implements the type, and whoever starts a worker or reports a status passes it in.
import type { Fragment, Sql } from '#db/sql.ts'

/**
 * Two CTEs that become part of the statement that moves the deliveries.
 *
 * `changes` is the name of a CTE with at most one row for each contact: `workspace_id`, `contact_id`, the booleans
 * `contacted`, `hard_bounce`, `spam_complaint`, `leaves_emails`, `leaves_sms` and `leaves_whatsapp`, and `at`, the time by
 * the clock of the workspace.
 */
export type Recipients = {
  /** Returns an UPDATE that changes only records that learn something new, and returns their `id`. */
  update(sql: Sql, changes: Fragment): Fragment
  /** Returns an INSERT of the events of contacts that unsubscribe and had not before. */
  insertEvents(sql: Sql, changes: Fragment): Fragment
}
