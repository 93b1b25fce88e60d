// The SQL of assigning a team's conversations to its members.
import { one, type Sql } from '#db/sql.ts'
import type { TeamRow } from '#resources/teams/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { type ConversationRow, withCalendar } from '../queries.ts'
import type { Member } from './choose.ts'

/**
 * Lets one transaction after the other assign conversations in this workspace, so that each sees the turns and the loads that
 * the one before left. Lock conversations and contacts before, never after it.
 */
export const lockDistribution = ({ sql, id }: Workspace) => sql`
  select pg_advisory_xact_lock(hashtextextended(${`${id} assigns conversations`}, 0))`

/** Returns the members in the team's order. Open conversations are counted only for a load-balanced team. */
export function listMembers({ sql, id }: Workspace, { id: team_id, admin_ids, distribution_method }: TeamRow) {
  const open = sql`(
    select count(*)::integer from conversations
    where conversations.workspace_id = ${id} and admin_assignee_id = admins.id and state = 'open')`
  return sql<Member[]>`
    select admins.id as admin_id, away_mode_enabled as is_away, turn,
      ${distribution_method === 'load_balanced' ? open : sql`0`} as open
    from unnest(${admin_ids}::bigint[]) with ordinality as members (admin_id, position)
    join admins on admins.workspace_id = ${id} and admins.id = members.admin_id
    left join team_turns turns
      on turns.workspace_id = ${id} and turns.team_id = ${team_id} and turns.admin_id = members.admin_id
    order by position`
}

export const saveTurn = ({ sql, id }: Workspace, team_id: string, admin_id: string) => sql`
  insert into team_turns as turns (workspace_id, team_id, admin_id, turn)
  select ${id}, ${team_id}, ${admin_id}, coalesce(max(turn), 0) + 1 from team_turns
  where workspace_id = ${id} and team_id = ${team_id}
  on conflict (workspace_id, team_id, admin_id) do update set turn = excluded.turn`

const waits = (sql: Sql) => sql`awaits_assignee_since is not null and state = 'open'`

/** Returns the ids of the teams in which conversations wait for a member. */
export const listTeamsWithWaiting = async ({ sql, id }: Workspace): Promise<string[]> =>
  (
    await sql<{ id: string }[]>`
      select id from teams where workspace_id = ${id} and exists (
        select from conversations
        where conversations.workspace_id = ${id} and team_assignee_id = teams.id and ${waits(sql)})
      order by id`
  ).map(({ id }) => id)

/** Locks and returns the conversation that waits the longest. One that another transaction is changing is left to it. */
export const lockLongestWaiting = (workspace: Workspace, team_id: string) =>
  one(workspace.sql<ConversationRow[]>`
    select ${withCalendar(workspace)} from conversations
    where workspace_id = ${workspace.id} and team_assignee_id = ${team_id} and ${waits(workspace.sql)}
    order by awaits_assignee_since, id limit 1 for update of conversations skip locked`)

/** Returns the workspaces in which conversations wait for a member. */
export const listWorkspacesWithWaiting = async (sql: Sql): Promise<string[]> =>
  (
    await sql<{ id: string }[]>`
      select id from workspaces where exists (
        select from conversations where workspace_id = workspaces.id and ${waits(sql)})`
  ).map(({ id }) => id)
