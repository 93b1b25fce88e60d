// The SQL of the events of Fin's sessions.
import type { Sql } from '#db/sql.ts'
import type { Workspace } from '#workspaces/workspace.ts'

export type FinEventRow = { workspace_id: string; conversation_id: string; id: string; event: object; is_done: boolean }

export const insertEvent = ({ sql, id }: Workspace, conversation_id: string, event: object, is_done: boolean) => sql`
  insert into fin_events (workspace_id, conversation_id, event, is_done)
  values (${id}, ${conversation_id}, ${JSON.stringify(event)}::text::jsonb, ${is_done})`

/** Returns the id of the last event of the session; 0 if there is none. */
export const lastEventOf = async ({ sql, id }: Workspace, conversation_id: string): Promise<string> => {
  const [row] = await sql<[{ last: string }]>`
    select coalesce(max(id), 0)::text as last from fin_events
    where workspace_id = ${id} and conversation_id = ${conversation_id}`
  return row.last
}

/** Returns the last event that is older than so many seconds; 0 if there is none. */
export const lastEventBefore = async ({ sql, id }: Workspace, conversation_id: string, seconds: number) => {
  const [row] = await sql<[{ last: string }]>`
    select coalesce(max(id), 0)::text as last from fin_events
    where workspace_id = ${id} and conversation_id = ${conversation_id}
      and created_at < now() - ${seconds} * interval '1 second'`
  return row.last
}

type Followed = { workspace_id: string; conversation_id: string; after: string }

/** Returns the events that came after, for all readers at once. */
export const listEventsAfter = (sql: Sql, followed: readonly Followed[]) => sql<(FinEventRow & { reader: number })[]>`
  select reader::int - 1 as reader, events.workspace_id, events.conversation_id, id, event, is_done
  from unnest(${followed.map((one) => one.workspace_id)}::text[], ${followed.map((one) => one.conversation_id)}::text[],
    ${followed.map((one) => one.after)}::bigint[]) with ordinality
    followed (workspace_id, conversation_id, after, reader)
  join fin_events events on events.workspace_id = followed.workspace_id
    and events.conversation_id = followed.conversation_id and events.id > followed.after
  order by events.id`

/** Events stay for an hour: streams rewind two minutes. */
export const expireEvents = (sql: Sql) => sql`
  delete from fin_events using workspaces
  where fin_events.workspace_id = workspaces.id and fin_events.created_at < now() - interval '1 hour'`
