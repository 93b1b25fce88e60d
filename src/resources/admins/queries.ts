// Admins: the teammates of a workspace.
import { one, rowId } from '#db/sql.ts'
import { found } from '#http/errors.ts'
import { teamIdsOf } from '#resources/teams/fragments.ts'
import type { Workspace } from '#workspaces/workspace.ts'

export type AdminRow = {
  id: string
  name: string
  email: string
  job_title: string
  avatar_url: string | null
  email_verified: boolean
  has_inbox_seat: boolean
  away_mode_enabled: boolean
  away_mode_reassign: boolean
  away_status_reason_id: string | null
  team_ids: string[]
  /** The teams in which the admin comes second. */
  secondary_team_ids: string[]
}

const columns = (workspace: Workspace) => {
  const { sql } = workspace
  return sql`
  id, name, email, job_title, avatar_url, email_verified, has_inbox_seat,
  away_mode_enabled, away_mode_reassign, away_status_reason_id,
  ${teamIdsOf(workspace, sql`admins.id`)} as team_ids,
  ${teamIdsOf(workspace, sql`admins.id`, { secondary: true })} as secondary_team_ids`
}

/** The bot that acts for the workspace itself is not a teammate. */
export const listAdmins = (workspace: Workspace) => workspace.sql<AdminRow[]>`
  select ${columns(workspace)} from admins where workspace_id = ${workspace.id} and not is_bot order by id`

export const findAdmin = (workspace: Workspace, id: string) =>
  one(workspace.sql<AdminRow[]>`
    select ${columns(workspace)} from admins where workspace_id = ${workspace.id} and id = ${rowId(id)}`)

/** @throws a 404 if there is no such admin. */
export const theAdmin = async (workspace: Workspace, id: string): Promise<AdminRow> =>
  found(await findAdmin(workspace, id), 'Admin not found', 'admin_not_found')

export type NewAdmin = { name: string; email: string; job_title?: string; has_inbox_seat?: boolean }

/** Returns undefined if a teammate has the address already. */
export async function insertAdmin(workspace: Workspace, admin: NewAdmin): Promise<AdminRow | undefined> {
  const { sql, id } = workspace
  await sql`select from workspaces where id = ${id} for no key update`
  const { name, email, job_title = '', has_inbox_seat = true } = admin
  return one(sql<AdminRow[]>`
    insert into admins (workspace_id, name, email, job_title, has_inbox_seat, created_at)
    select ${id}, ${name}, ${email}, ${job_title}, ${has_inbox_seat}, ${workspace.now()}
    where not exists (select from admins where workspace_id = ${id} and lower(email) = lower(${email}))
    returning ${columns(workspace)}`)
}

export type AwayMode = { away_mode_enabled: boolean; away_mode_reassign: boolean; away_status_reason_id: string | null }

export const setAway = (workspace: Workspace, id: string, away: AwayMode) =>
  one(workspace.sql<AdminRow[]>`
    update admins set ${workspace.sql(away)}
    where workspace_id = ${workspace.id} and id = ${rowId(id)} and not is_bot returning ${columns(workspace)}`)

export type WorkspaceRow = {
  id: string
  name: string
  timezone: string
  region: string
  /** Whether messenger sessions of users need a proof of identity. */
  identity_verification: boolean
  created_at: Date
}

export const findOwnWorkspace = (workspace: Workspace) =>
  one(workspace.sql<WorkspaceRow[]>`
    select id, name, timezone, region, created_at, exists (
      select from secure_mode_secrets where workspace_id = ${workspace.id} and deleted_at is null
    ) as identity_verification
    from workspaces where id = ${workspace.id}`) as Promise<WorkspaceRow>
