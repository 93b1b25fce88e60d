// What a delivery says, and who says it: a message, or the part that it answers with.
import type { Fragment, Sql } from '#db/sql.ts'

/**
 * Joins `messages`, `parts` (nulls where it is the message itself) and `admins` (the author; nulls where that is a contact)
 * to rows of deliveries by this name. Laterally, because PostgreSQL then has no choice but to look them up by their keys.
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
