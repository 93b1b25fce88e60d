// SQL fragments for the statements on conversations, of this folder and of others.
import type { Fragment, Sql } from '#db/sql.ts'

/** A condition on conversations: neither a ticket nor a side conversation. Lists, searches and counts have only these. */
export const isNoTicket = (sql: Sql): Fragment => sql`side_of is null and ticket_type_id is null`

/** The values of a conversation's attributes, and of a ticket's: files are arrays of attachments. */
export const attributeValues = (sql: Sql): Fragment => sql`
  select value from jsonb_each(custom_attributes)
  union all
  select value from jsonb_each(coalesce(ticket_attributes, '{}'))`
