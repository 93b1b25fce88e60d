// Queries for workspaces, and for what each one has from the start.
import { one, type Sql } from '#db/sql.ts'
import type { Clock } from './clock.ts'
import type { Lags } from './workspace.ts'

export type WorkspaceRow = { id: string; name: string; timezone: string; is_first: boolean; created_at: Date }

export const insertWorkspace = (sql: Sql, workspace: WorkspaceRow) => sql`
  insert into workspaces ${sql(workspace, 'id', 'name', 'timezone', 'is_first', 'created_at')}`

export const insertAdmin = (
  sql: Sql,
  workspace_id: string,
  { name, email, is_bot }: { name: string; email: string; is_bot: boolean },
  created_at: Date,
) =>
  one(sql<{ id: string }[]>`
    insert into admins (workspace_id, name, email, is_bot, created_at)
    values (${workspace_id}, ${name}, ${email}, ${is_bot}, ${created_at})
    returning id`) as Promise<{ id: string }>

/** The default states of tickets: every ticket type has them. */
export const insertTicketStates = (sql: Sql, workspace_id: string, created_at: Date) => sql`
  insert into ticket_states (workspace_id, category, internal_label, external_label, is_default, created_at, updated_at)
  values
    (${workspace_id}, 'submitted', 'Submitted', 'Submitted', true, ${created_at}, ${created_at}),
    (${workspace_id}, 'in_progress', 'In progress', 'In progress', true, ${created_at}, ${created_at}),
    (${workspace_id}, 'waiting_on_customer', 'Waiting on customer', 'Waiting on you', true, ${created_at}, ${created_at}),
    (${workspace_id}, 'resolved', 'Resolved', 'Resolved', true, ${created_at}, ${created_at})`

/** The default help center, with the workspace's id as its identifier. */
export const insertDefaultHelpCenter = (sql: Sql, workspace_id: string, display_name: string, created_at: Date) => sql`
  with created as (
    insert into help_centers (workspace_id, identifier, display_name, is_default, created_at, updated_at)
    values (${workspace_id}, ${workspace_id}, ${display_name}, true, ${created_at}, ${created_at})
    returning workspace_id, identifier, id
  )
  insert into help_center_names (name, workspace_id, help_center_id) select identifier, workspace_id, id from created`

/** The default brand, which has the workspace's id on the wire. */
export const insertDefaultBrand = (sql: Sql, workspace_id: string, name: string, created_at: Date) => sql`
  insert into brands (workspace_id, name, is_default, created_at, updated_at)
  values (${workspace_id}, ${name}, true, ${created_at}, ${created_at})`

export const findFirstWorkspace = (sql: Sql) =>
  one(sql<WorkspaceRow[]>`select id, name, timezone, is_first, created_at from workspaces where is_first`)

/** Locks until the transaction ends, so that only one process creates the first workspace. */
export const lockFirstWorkspace = (sql: Sql) => sql`select pg_advisory_xact_lock(hashtext('first workspace'))`

/** Returns the first admin of a workspace who is not a bot. */
export const findFirstAdmin = (sql: Sql, workspace_id: string) =>
  one(sql<{ id: string; name: string }[]>`
    select id, name from admins where workspace_id = ${workspace_id} and not is_bot
    order by id limit 1`) as Promise<{ id: string; name: string }>

export const findWorkspace = (sql: Sql, id: string) =>
  one(sql<WorkspaceRow[]>`select id, name, timezone, is_first, created_at from workspaces where id = ${id}`)

export const listWorkspaces = (sql: Sql) =>
  sql<WorkspaceRow[]>`select id, name, timezone, is_first, created_at from workspaces order by created_at, id`

/** Also deletes everything in the workspace. */
export const deleteWorkspace = (sql: Sql, id: string) =>
  one(sql<{ id: string }[]>`delete from workspaces where id = ${id} returning id`)

/** Returns the clocks that differ from the server's. */
export const listClocks = (sql: Sql) => sql<({ id: string } & Clock)[]>`
  select id, clock_frozen_at, clock_ahead_seconds from workspaces
  where clock_frozen_at is not null or clock_ahead_seconds <> 0`

/** Returns what a workspace that is opened without a token needs. */
export const findClockAndTopics = (sql: Sql, id: string) =>
  one(sql<(Clock & { listened_topics: string[] })[]>`
    select clock_frozen_at, clock_ahead_seconds, listened_topics from workspaces where id = ${id}`)

/** Tokens cache them: call `forgetTokens` after the commit. */
export const setListenedTopics = (sql: Sql, id: string, topics: string[]) => sql`
  update workspaces set listened_topics = ${topics}::text[] where id = ${id} and listened_topics <> ${topics}::text[]`

export const findClock = (sql: Sql, id: string) =>
  one(sql<Clock[]>`select clock_frozen_at, clock_ahead_seconds from workspaces where id = ${id}`)

/** Locks the clock until the transaction ends. */
export const lockClock = (sql: Sql, id: string) =>
  one(sql<Clock[]>`
    select clock_frozen_at, clock_ahead_seconds from workspaces where id = ${id} for no key update`) as Promise<Clock>

export const setClock = (sql: Sql, id: string, clock: Clock) => sql`
  update workspaces set ${sql(clock, 'clock_frozen_at', 'clock_ahead_seconds')} where id = ${id}`

export const findLags = (sql: Sql, id: string) =>
  one(sql<Lags[]>`select search_lag_ms, message_lag_ms from workspaces where id = ${id}`) as Promise<Lags>

export const setLags = (sql: Sql, id: string, lags: Lags) => sql`
  update workspaces set ${sql(lags, 'search_lag_ms', 'message_lag_ms')} where id = ${id}`

/** Stores the fingerprint of the server's key, unless there is one. Returns the stored one. */
export async function rememberKey(sql: Sql, fingerprint: string): Promise<string> {
  await sql`insert into server_key (fingerprint) values (${fingerprint}) on conflict do nothing`
  const [row] = await sql<[{ fingerprint: string }]>`select fingerprint from server_key`
  return row.fingerprint
}
