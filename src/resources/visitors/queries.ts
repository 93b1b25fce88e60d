// Visitors: stored when their messenger starts a session, removed when they become contacts.
import { one, type Pool } from '#db/sql.ts'
import { objectId } from '#lib/ids.ts'
import { listClocks } from '#workspaces/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'

export type VisitorRow = {
  workspace_id: string
  id: string
  user_id: string
  name: string | null
  custom_attributes: Record<string, unknown>
  /** What the messenger reported: referrer, utm_*. */
  reported: Record<string, unknown>
  session_count: number
  last_request_at: Date
  created_at: Date
  updated_at: Date
}

/** `id` is ours, `user_id` what the messenger calls the visitor. */
export type VisitorName = { id?: string | undefined; user_id?: string | undefined }

/** Returns undefined if neither is given. */
export const findVisitor = (workspace: Workspace, { id, user_id }: VisitorName) =>
  one(workspace.sql<VisitorRow[]>`
    select * from visitors
    where workspace_id = ${workspace.id} and ${id === undefined ? workspace.sql`user_id = ${user_id ?? null}` : workspace.sql`id = ${id}`}`)

/** Stores a new visitor, or counts another session of a known one. */
export const saveSession = (workspace: Workspace, user_id: string, reported: Record<string, string>) => {
  const now = workspace.now()
  const json = JSON.stringify(reported)
  return workspace.sql`
    insert into visitors as known (workspace_id, id, user_id, reported, last_request_at, created_at, updated_at)
    values (${workspace.id}, ${objectId(now)}, ${user_id}, ${json}::text::jsonb, ${now}, ${now}, ${now})
    on conflict (workspace_id, user_id) do update set session_count = known.session_count + 1,
      last_request_at = excluded.last_request_at, reported = known.reported || excluded.reported`
}

export const lockVisitor = (workspace: Workspace, id: string) =>
  one(workspace.sql<VisitorRow[]>`
    select * from visitors where workspace_id = ${workspace.id} and id = ${id} for update`)

/** The transaction must have locked the visitor. */
export const updateVisitorRow = (
  workspace: Workspace,
  id: string,
  { name, custom_attributes }: Pick<VisitorRow, 'name' | 'custom_attributes'>,
) =>
  one(workspace.sql<VisitorRow[]>`
    update visitors set name = ${name}, custom_attributes = ${JSON.stringify(custom_attributes)}::text::jsonb,
      updated_at = ${workspace.now()}
    where workspace_id = ${workspace.id} and id = ${id} returning *`) as Promise<VisitorRow>

/** Removes the visitor and returns it, to become a contact. The transaction has locked its `user_id` with `lockIdentity`. */
export const takeVisitor = (workspace: Workspace, user_id: string) =>
  one(workspace.sql<VisitorRow[]>`
    delete from visitors where workspace_id = ${workspace.id} and user_id = ${user_id} returning *`)

export const listVisitors = (workspace: Workspace, most: number) => workspace.sql<VisitorRow[]>`
  select * from visitors where workspace_id = ${workspace.id} order by id limit ${most}`

/** A visitor who has not come back for so long is forgotten. */
export const KEPT_DAYS = 30

/** In a workspace whose clock a sandbox has set, times do not show the age: its visitors stay. */
export async function deleteOldVisitors(sql: Pool): Promise<void> {
  const clocks = (await listClocks(sql)).map(({ id }) => id)
  await sql`
    delete from visitors
    where last_request_at < now() - make_interval(days => ${KEPT_DAYS}) and not workspace_id = any(${clocks})`
}
