// Changes that are no events: the streams of teammates show them beside the log. They are written for watched workspaces alone.
import type { Fragment, Sql } from '#db/sql.ts'

export const PRESENCE_TOPICS = ['teammate.reading', 'teammate.writing', 'teammate.left'] as const

export type ChangeTopic =
  | 'delivery.moved'
  | 'message.captured'
  | 'webhook.attempted'
  | 'request.logged'
  | (typeof PRESENCE_TOPICS)[number]

/** A stream that is interrupted for no longer than this misses nothing. */
const WATCHED_FOR = '15 minutes'
/** A mark is renewed when less than this is left. */
const RENEWED_BEFORE = '10 minutes'

/**
 * Returns an INSERT for a CTE of the statement that makes the changes. `rows` selects `workspace_id`, `object_id` and
 * `conversation_id`. Where nobody watches, it costs one look at a table with hardly a row.
 */
export const insertChanges = (sql: Sql, topic: ChangeTopic, rows: Fragment): Fragment => sql`
  insert into stream_changes (workspace_id, topic, object_id, conversation_id)
  select workspace_id, ${topic}, object_id::text, conversation_id::text from (${rows}) as changed
  where workspace_id in (select workspace_id from stream_watches where watched_until > now())`

/**
 * Has changes of the workspace written from now on. Returns whether they were not before: then changes of transactions that
 * are open now may be missing.
 */
export async function watchChanges(sql: Sql, workspace_id: string): Promise<boolean> {
  const [row] = await sql<{ began: boolean }[]>`
    with before as (
      select watched_until from stream_watches where workspace_id = ${workspace_id} and watched_until > now()
    )
    insert into stream_watches (workspace_id, watched_until) values (${workspace_id}, now() + ${WATCHED_FOR}::interval)
    on conflict (workspace_id) do update set watched_until = excluded.watched_until
      where stream_watches.watched_until < now() + ${RENEWED_BEFORE}::interval
    returning not exists (select from before) as began`
  return row?.began ?? false
}

/** Removes what no stream resumes from any more. */
export async function removeOldChanges(sql: Sql): Promise<void> {
  await sql`
    delete from stream_changes
    where workspace_id in (select id from workspaces) and created_at < now() - ${WATCHED_FOR}::interval`
  await sql`delete from stream_watches where workspace_id in (select id from workspaces) and watched_until < now()`
}

/**
 * `12345.1.678`: the transaction, the table (0 events, 1 changes) and the id of the last row that was read. See
 * `Position` of read.ts.
 */
export type ChangePosition = string

export type ChangeRow = {
  topic: string
  object_id: string
  conversation_id: string | null
  created_at: Date
  position: ChangePosition
}

const MOST = '9223372036854775807'

/** Returns, for each reader, the next events and changes after its position, at most `limit`, oldest first. */
export async function readChanges(
  sql: Sql,
  readers: readonly { workspace_id: string; position: ChangePosition }[],
  limit: number,
): Promise<ChangeRow[][]> {
  const places = readers.map(({ workspace_id, position }) => {
    const [transaction = '0', table = '0', id = '0'] = position.split('.')
    return { workspace_id, transaction, event: table === '0' ? id : MOST, change: table === '0' ? '-1' : id }
  })
  const rows = await sql<(ChangeRow & { reader: number })[]>`
    select reader::int, topic, object_id, conversation_id, created_at,
      changed_in::text || '.' || source || '.' || id as position
    from unnest(${places.map((one) => one.workspace_id)}::text[], ${places.map((one) => one.transaction)}::text[],
      ${places.map((one) => one.event)}::bigint[], ${places.map((one) => one.change)}::bigint[])
      with ordinality as readers (workspace_id, transaction_id, event, change, reader)
    cross join lateral (
      (select transaction_id as changed_in, 0 as source, id, topic, object_id, created_at,
        case when object_type in ('conversation', 'ticket') then object_id else details ->> 'conversation_id' end
          as conversation_id
      from events
      where events.workspace_id = readers.workspace_id
        and (events.transaction_id, events.id) > (readers.transaction_id::xid8, readers.event)
        and events.transaction_id < pg_snapshot_xmin(pg_current_snapshot())
      order by events.transaction_id, events.id limit ${limit})
      union all
      (select transaction_id, 1, id, topic, object_id, created_at, conversation_id
      from stream_changes changes
      where changes.workspace_id = readers.workspace_id
        and (changes.transaction_id, changes.id) > (readers.transaction_id::xid8, readers.change)
        and changes.transaction_id < pg_snapshot_xmin(pg_current_snapshot())
      order by changes.transaction_id, changes.id limit ${limit})
      order by 1, 2, 3 limit ${limit}
    ) as rows
    order by reader, changed_in, source, id`
  const found: ChangeRow[][] = readers.map(() => [])
  for (const { reader, ...row } of rows) found[reader - 1]!.push(row)
  return found
}
