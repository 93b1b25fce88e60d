// Joins a delivery to its content and its author: a message, or a part of a conversation.
import type { Fragment, Sql } from '#db/sql.ts'

/** The condition for a delivery of a message, whose conversation a reply creates. Once it was deleted, it is not created again. */
export const reserves = (sql: Sql): Fragment => sql`(part_id is null and not conversation_deleted)`

/** The HTML of a delivery. A change of a ticket, which has no body, has a notice for the contacts. */
export const bodyOf = (sql: Sql): Fragment =>
  sql`case when part_id is null then messages.body else coalesce(parts.body, parts.ticket_change ->> 'notice') end`

/**
 * Returns joins of `deliveries` (a table or alias) with `messages`, `parts` (nulls if the message itself is delivered) and
 * `admins` (the author; nulls if that is a contact). The joins are lateral: so PostgreSQL looks the rows up by their keys.
 */
export const withContent = (sql: Sql, deliveries: Fragment): Fragment => sql`
  cross join lateral (
    select * from messages where workspace_id = ${deliveries}.workspace_id and id = message_id limit 1) messages
  left join lateral (
    select * from conversation_parts
    where workspace_id = ${deliveries}.workspace_id and id = part_id limit 1) parts on true
  left join lateral (
    select * from admins
    where workspace_id = ${deliveries}.workspace_id and id::text = coalesce(parts.author_id, messages.author_id) limit 1
  ) admins on true`
