// How deliveries change their recipients. This layer does not know the table of contacts: the owner of that table
// implements the type, and callers pass it in.
import type { Fragment, Sql } from '#db/sql.ts'

/**
 * Two CTEs for the statement that updates the deliveries.
 *
 * `changes` is the name of a CTE with at most one row for each contact: `workspace_id`, `contact_id`, the booleans
 * `contacted`, `hard_bounce`, `spam_complaint`, `leaves_emails`, `leaves_sms` and `leaves_whatsapp`, `bounced_at`, the
 * addresses of the bounces and complaints in lower case or null, and `at`, the time by the workspace's clock.
 */
export type Recipients = {
  /** Returns an UPDATE of those contacts that really change; it returns their `id`. */
  update(sql: Sql, changes: Fragment): Fragment
  /** Returns an INSERT of the events of contacts that unsubscribe now and had not before. */
  insertEvents(sql: Sql, changes: Fragment): Fragment
}
