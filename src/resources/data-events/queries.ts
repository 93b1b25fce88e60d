// The SQL of data events, of their names, and of how often each contact did what.
import { beyond, cursorValue, inOrder, type Order, type Page } from '#db/page.ts'
import { one, type Pool } from '#db/sql.ts'
import { listClocks } from '#workspaces/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'

export type EventRow = { public_id: string; name: string; metadata: Record<string, unknown>; created_at: Date }

export type SummaryRow = { name: string; count: string; first_at: Date; last_at: Date }

/** Older events are counted, but not listed. */
export const LISTED_DAYS = 90

/** Returns the metadata keys that are kept of an event; undefined for a new name. */
export const findKeys = async (workspace: Workspace, name: string): Promise<string[] | undefined> =>
  (
    await one(workspace.sql<{ metadata_keys: string[] }[]>`
      select metadata_keys from data_event_names where workspace_id = ${workspace.id} and name = ${name}`)
  )?.metadata_keys

export const countNames = async (workspace: Workspace): Promise<number> => {
  const [{ count }] = await workspace.sql<[{ count: number }]>`
    select count(*)::integer as count from data_event_names where workspace_id = ${workspace.id}`
  return count
}

/** Locks the names of the workspace until the transaction ends, so that their number stays below its limit. */
export const lockNames = (workspace: Workspace) => workspace.sql`
  select pg_advisory_xact_lock(hashtextextended(${`data event names ${workspace.id}`}, 0))`

/** Adds keys to those that are kept, up to the limit, and returns all of them. Creates the name. */
export const addKeys = async (workspace: Workspace, name: string, keys: string[], limit: number): Promise<string[]> => {
  const [row] = await workspace.sql<[{ metadata_keys: string[] }]>`
    insert into data_event_names as names (workspace_id, name, metadata_keys, created_at)
    values (${workspace.id}, ${name}, (${keys}::text[])[:${limit}::int], ${workspace.now()})
    on conflict (workspace_id, name) do update set metadata_keys = (
      names.metadata_keys || array(
        select key from unnest(${keys}::text[]) with ordinality as given (key, position)
        where not key = any(names.metadata_keys) order by position))[:${limit}::int]
    returning metadata_keys`
  return row.metadata_keys
}

type NewEvent = { contact_id: string; name: string; metadata: object; created_at: Date }

/** Inserts the event and counts it; returns undefined for a duplicate, which changes nothing. */
export const insertEvent = (workspace: Workspace, { contact_id, name, metadata, created_at }: NewEvent) =>
  one(workspace.sql<EventRow[]>`
    with inserted as (
      insert into data_events (workspace_id, contact_id, name, metadata, created_at)
      values (${workspace.id}, ${contact_id}, ${name}, ${JSON.stringify(metadata)}::text::jsonb, ${created_at})
      on conflict do nothing
      returning public_id, name, metadata, created_at
    ), counted as (
      insert into data_event_summaries as summaries (workspace_id, contact_id, name, count, first_at, last_at)
      select ${workspace.id}, ${contact_id}, name, 1, created_at, created_at from inserted
      on conflict (workspace_id, contact_id, name) do update set count = summaries.count + 1,
        first_at = least(summaries.first_at, excluded.first_at), last_at = greatest(summaries.last_at, excluded.last_at)
    )
    select * from inserted`)

export type Summary = { name: string; count: number; first: Date; last: Date }

export const setSummary = (workspace: Workspace, contact_id: string, { name, count, first, last }: Summary) =>
  workspace.sql`
    insert into data_event_summaries (workspace_id, contact_id, name, count, first_at, last_at)
    values (${workspace.id}, ${contact_id}, ${name}, ${count}, ${first}, ${last})
    on conflict (workspace_id, contact_id, name) do update set count = excluded.count, first_at = excluded.first_at,
      last_at = excluded.last_at`

export const listSummaries = (workspace: Workspace, contact_id: string) => workspace.sql<SummaryRow[]>`
  select name, count, first_at, last_at from data_event_summaries
  where workspace_id = ${workspace.id} and contact_id = ${contact_id} order by last_at desc, name`

/** `since`: the earliest time, included. `before`: the latest, not included. */
export type Span = { since: Date; before: Date | undefined }

export const newestEvents = ({ sql }: Workspace): Order => ({
  ...{ by: sql`created_at`, type: 'timestamptz', direction: 'desc' },
})

export const listEvents = (workspace: Workspace, contact_id: string, { since, before }: Span, page: Page) => {
  const { sql } = workspace
  const order = newestEvents(workspace)
  return sql<(EventRow & { id: string; cursor_value: string })[]>`
    select id, public_id, name, metadata, created_at, ${cursorValue(workspace, order)} from data_events
    where workspace_id = ${workspace.id} and contact_id = ${contact_id} and created_at >= ${since}
      and ${before ? sql`created_at < ${before}` : sql`true`} and ${beyond(workspace, order, page)}
    ${inOrder(workspace, order, page)}`
}

/**
 * Gives the events of one contact to another one, and adds up their summaries. What both did in the same second is one event,
 * as it is when it is recorded.
 */
export const moveEvents = (workspace: Workspace, from: string, into: string) => workspace.sql`
  with taken as (
    delete from data_events where workspace_id = ${workspace.id} and contact_id = ${from}
    returning id, public_id, name, metadata, created_at
  ), given as (
    insert into data_events (workspace_id, id, public_id, contact_id, name, metadata, created_at)
    select ${workspace.id}, id, public_id, ${into}, name, metadata, created_at from taken
    on conflict do nothing
    returning name
  ), counted as (
    delete from data_event_summaries where workspace_id = ${workspace.id} and contact_id = ${from}
    returning name, count, first_at, last_at
  )
  insert into data_event_summaries as summaries (workspace_id, contact_id, name, count, first_at, last_at)
  select ${workspace.id}, ${into}, name, greatest(count
      - (select count(*) from taken where taken.name = counted.name)
      + (select count(*) from given where given.name = counted.name), 0), first_at, last_at
  from counted
  on conflict (workspace_id, contact_id, name) do update set count = summaries.count + excluded.count,
    first_at = least(summaries.first_at, excluded.first_at), last_at = greatest(summaries.last_at, excluded.last_at)`

/** In a workspace whose clock a sandbox has set, times do not show the age: its events stay. */
export async function deleteOldEvents(sql: Pool): Promise<void> {
  const clocks = (await listClocks(sql)).map(({ id }) => id)
  await sql`
    delete from data_events
    where created_at < now() - make_interval(days => ${LISTED_DAYS}) and not workspace_id = any(${clocks})`
}
