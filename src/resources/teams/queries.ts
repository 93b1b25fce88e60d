// The SQL of teams.
import { one, rowId } from '#db/sql.ts'
import { found } from '#http/errors.ts'
import type { Workspace } from '#workspaces/workspace.ts'

export const DISTRIBUTION_METHODS = ['manual', 'round_robin', 'load_balanced'] as const

export type TeamRow = {
  id: string
  name: string
  admin_ids: string[]
  distribution_method: (typeof DISTRIBUTION_METHODS)[number]
  assignment_limit: number | null
  secondary_admin_ids: string[]
  /** The most open conversations of single members; it replaces `assignment_limit`. */
  member_limits: Record<string, number>
  /** Applied to each conversation that is assigned to the team and has none. */
  sla_id: string | null
}

const columns = ({ sql }: Workspace) =>
  sql`id, name, admin_ids, distribution_method, assignment_limit, secondary_admin_ids, member_limits, sla_id`

export const listTeams = (workspace: Workspace) => workspace.sql<TeamRow[]>`
  select ${columns(workspace)} from teams where workspace_id = ${workspace.id} order by id`

export const findTeam = (workspace: Workspace, id: string) =>
  one(workspace.sql<TeamRow[]>`
    select ${columns(workspace)} from teams where workspace_id = ${workspace.id} and id = ${rowId(id)}`)

/** @throws a 404 if there is no such team. */
export const theTeam = async (workspace: Workspace, id: string): Promise<TeamRow> =>
  found(await findTeam(workspace, id), ...NO_TEAM)

/** Locks the team until the transaction ends. @throws a 404 if there is no such team. */
export const lockTeam = async (workspace: Workspace, id: string): Promise<TeamRow> =>
  found(
    await one(workspace.sql<TeamRow[]>`
      select ${columns(workspace)} from teams where workspace_id = ${workspace.id} and id = ${rowId(id)} for update`),
    ...NO_TEAM,
  )

const NO_TEAM = ['Team not found', 'team_not_found'] as const

export type NewTeam = Pick<TeamRow, 'name' | 'admin_ids'> & Partial<Omit<TeamRow, 'id'>>

export const insertTeam = (workspace: Workspace, team: NewTeam) =>
  one(workspace.sql<TeamRow[]>`
    insert into teams ${workspace.sql({ workspace_id: workspace.id, ...team } as never)}
    returning ${columns(workspace)}`) as Promise<TeamRow>

export const updateTeam = (workspace: Workspace, id: string, changes: Partial<Omit<TeamRow, 'id'>>) =>
  one(workspace.sql<TeamRow[]>`
    update teams set ${workspace.sql(changes as never)}
    where workspace_id = ${workspace.id} and id = ${id} returning ${columns(workspace)}`) as Promise<TeamRow>

/** A member of a team: whether present, with how many open conversations. */
export type PresenceRow = { admin_id: string; is_away: boolean; open: number }

/** Returns the members in the team's order. */
export const listPresence = ({ sql, id }: Workspace, { admin_ids }: TeamRow) => sql<PresenceRow[]>`
  select admins.id as admin_id, away_mode_enabled as is_away, (
    select count(*)::integer from conversations
    where conversations.workspace_id = ${id} and admin_assignee_id = admins.id and state = 'open'
  ) as open
  from unnest(${admin_ids}::bigint[]) with ordinality as members (admin_id, position)
  join admins on admins.workspace_id = ${id} and admins.id = members.admin_id
  order by position`

/** Returns how many open conversations of the team wait for a member. */
export const countWaiting = async ({ sql, id }: Workspace, team: TeamRow): Promise<number> =>
  (
    await one(sql<{ count: number }[]>`
      select count(*)::integer as count from conversations
      where workspace_id = ${id} and team_assignee_id = ${team.id} and awaits_assignee_since is not null
        and state = 'open'`)
  )?.count ?? 0

/** Returns the ids of all teammates, oldest first. */
export const listAdminIds = async ({ sql, id }: Workspace): Promise<string[]> =>
  (await sql<{ id: string }[]>`select id from admins where workspace_id = ${id} and not is_bot order by id`).map(
    ({ id }) => id,
  )

/** Returns the first id that is no teammate of the workspace. */
export const findUnknownAdmin = async (workspace: Workspace, ids: string[]): Promise<string | undefined> =>
  (
    await one(workspace.sql<{ id: string }[]>`
      select given.id from unnest(${ids}::text[]) with ordinality as given (id, position)
      where not exists (
        select from admins where workspace_id = ${workspace.id} and admins.id::text = given.id and not is_bot)
      order by position limit 1`)
  )?.id

export type MetricsRow = { admin_id: string; open: number; idle: number; snoozed: number }

/** Counts the conversations of each member. `idle`: open, and its contact waits since before `idle_since`. */
export const countOpenConversations = (workspace: Workspace, team: TeamRow, idle_since: Date) =>
  workspace.sql<MetricsRow[]>`
    select admins.id as admin_id, count(*) filter (where state = 'open')::integer as open,
      count(*) filter (where state = 'open' and waiting_since < ${idle_since})::integer as idle,
      count(*) filter (where state = 'snoozed')::integer as snoozed
    from admins left join conversations
      on conversations.workspace_id = ${workspace.id} and admin_assignee_id = admins.id and state <> 'closed'
      and ticket_type_id is null
    where admins.workspace_id = ${workspace.id} and admins.id = any(${team.admin_ids}::bigint[])
    group by admins.id order by admins.id`
