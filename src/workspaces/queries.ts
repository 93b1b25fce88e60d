// Workspaces and the admins they begin with.
import { one, type Sql } from '#db/sql.ts'

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

export const findFirstWorkspace = (sql: Sql) =>
  one(sql<WorkspaceRow[]>`select id, name, timezone, is_first, created_at from workspaces where is_first`)

/** Held until the transaction ends: whoever makes the first workspace does so alone. */
export const lockFirstWorkspace = (sql: Sql) => sql`select pg_advisory_xact_lock(hashtext('first workspace'))`

/** The teammate that a workspace began with. */
export const findFirstAdmin = (sql: Sql, workspace_id: string) =>
  one(sql<{ id: string; name: string }[]>`
    select id, name from admins where workspace_id = ${workspace_id} and not is_bot
    order by id limit 1`) as Promise<{ id: string; name: string }>

export const findWorkspace = (sql: Sql, id: string) =>
  one(sql<WorkspaceRow[]>`select id, name, timezone, is_first, created_at from workspaces where id = ${id}`)

export const listWorkspaces = (sql: Sql) =>
  sql<WorkspaceRow[]>`select id, name, timezone, is_first, created_at from workspaces order by created_at, id`

/** Everything in it goes with it. */
export const deleteWorkspace = (sql: Sql, id: string) =>
  one(sql<{ id: string }[]>`delete from workspaces where id = ${id} returning id`)
