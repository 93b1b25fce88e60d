// The SQL that unsnoozes many conversations at once.
import type { Sql } from '#db/sql.ts'
import { botOf } from '#resources/admins/fragments.ts'
import { conversationEvents } from '../topics.ts'
import { TRANSITIONS } from './transitions.ts'

/** One workspace, or all but some. */
export type Workspaces = { only: string } | { all_but: string[] }

export const isOneOf = (sql: Sql, where: Workspaces) =>
  'only' in where ? sql`workspace_id = ${where.only}` : sql`not workspace_id = any(${where.all_but}::text[])`

/** Unsnoozes up to `limit` conversations that are due at `now`. Returns how many. */
export async function unsnoozeBatch(sql: Sql, where: Workspaces, now: Date, limit: number): Promise<number> {
  const { part, state, topics } = TRANSITIONS.timer_unsnoozes
  const [unsnoozed] = await sql<[{ count: number }]>`
    with due as (
      select workspace_id, id from conversations
      where state = 'snoozed' and snoozed_until <= ${now} and ${isOneOf(sql, where)}
      order by snoozed_until limit ${limit} for update skip locked
    ), unsnoozed as (
      update conversations
      set state = ${state}, snoozed_until = null, updated_at = ${now}, snoozed_since = null,
        snoozed_seconds = snoozed_seconds
          + coalesce(floor(extract(epoch from ${now}::timestamptz)) - floor(extract(epoch from snoozed_since)), 0),
        count_conversation_parts = count_conversation_parts + (first_contact_reply_at is not null)::int
      from due where conversations.workspace_id = due.workspace_id and conversations.id = due.id
      returning conversations.workspace_id, conversations.id, ticket_type_id
    ), parts as (
      insert into conversation_parts
        (workspace_id, conversation_id, part_type, author_type, author_id, state, notified_at, created_at, updated_at)
      select workspace_id, id, ${part}, 'bot', ${botOf(sql, sql`unsnoozed.workspace_id`)}, ${state}, ${now}, ${now}, ${now}
      from unsnoozed
      returning workspace_id, conversation_id, id
    ), emitted as (
      ${conversationEvents.insertFrom(
        sql,
        topics[0],
        sql`
      select parts.workspace_id, conversation_id as object_id, jsonb_build_object('part_id', parts.id::text) as details,
        'bot' as actor_type, null as actor_id, ${now}::timestamptz as created_at
      from parts join unsnoozed on unsnoozed.workspace_id = parts.workspace_id and unsnoozed.id = conversation_id
      where ticket_type_id is null`,
      )}
    )
    select count(*)::int as count from unsnoozed`
  return unsnoozed.count
}
