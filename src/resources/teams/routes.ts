// Teams: their members, how they share out conversations, and how many each member has open.

import { Type } from 'typebox'
import { invalid } from '#http/errors.ts'
import { type App, op } from '#http/op.ts'
import { ById } from '#http/types.ts'
import type { Resource } from '#server.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { changeAssignment } from './assignment.ts'
import { demo } from './demo.ts'
import { countOpenConversations, countWaiting, listPresence, listTeams, type TeamRow, theTeam } from './queries.ts'
import {
  NewTeamRequest,
  presentAssignment,
  presentMetrics,
  presentTeam,
  Team,
  TeamAssignment,
  TeamAssignmentRequest,
  TeamList,
  TeamMembersRequest,
  TeamMetricList,
  TeamSettingsRequest,
} from './schema.ts'
import { changeMembers, changeSettings, createTeam } from './update.ts'

const ByTeam = Type.Object({ team_id: Type.String() })
const IdleThreshold = Type.Object({
  idle_threshold: Type.Optional(Type.Integer({ description: 'Seconds, from 1 to 86400. Default: 1800.' })),
})
const DEFAULT_IDLE_SECONDS = 1_800
const MAX_IDLE_SECONDS = 86_400

/** `assignWaiting` assigns the conversations that wait for a member; it is called when one could have room. */
export type Distribution = { assignWaiting(workspace: Workspace): Promise<unknown> }

const showAssignment = async (workspace: Workspace, team: TeamRow) =>
  presentAssignment(team, await listPresence(workspace, team), await countWaiting(workspace, team))

function teams(app: App, { assignWaiting }: Distribution) {
  app.get(
    '/teams',
    op('listTeams', {
      summary: 'List the teams',
      sdk: (client) => client.teams.list(),
      scope: 'read_admins',
      response: TeamList,
    }),
    async ({ workspace }) => ({ type: 'team.list' as const, teams: (await listTeams(workspace)).map(presentTeam) }),
  )

  app.get(
    '/teams/:id',
    op('retrieveTeam', {
      summary: 'Show a team',
      sdk: (client) => client.teams.find({ team_id: '5017690' }),
      scope: 'read_admins',
      params: ById,
      response: Team,
    }),
    async ({ workspace, params }) => presentTeam(await theTeam(workspace, params.id)),
  )

  app.put(
    '/teams/:id',
    op('updateTeamMembers', {
      summary: 'Set the members of a team',
      since: 'Preview',
      scope: 'read_admins',
      params: ById,
      body: TeamMembersRequest,
      response: Team,
    }),
    async ({ workspace, params, query, body }) => {
      const [name] = Object.keys(query as object)
      if (name) throw invalid(`${name} must be in the body of the request`)
      const team = await changeMembers(workspace, params.id, body)
      await assignWaiting(workspace)
      return presentTeam(team)
    },
  )

  app.get(
    '/teams/:team_id/metrics',
    op('getTeamMetrics', {
      summary: 'Count the open conversations of each member of a team',
      since: '2.16',
      scope: 'read_admins',
      params: ByTeam,
      query: IdleThreshold,
      response: TeamMetricList,
    }),
    async ({ workspace, params, query }) => {
      const seconds = Math.min(Math.max(query.idle_threshold ?? DEFAULT_IDLE_SECONDS, 1), MAX_IDLE_SECONDS)
      const idle_since = new Date(workspace.now().getTime() - seconds * 1000)
      const team = await theTeam(workspace, params.team_id)
      return presentMetrics(await countOpenConversations(workspace, team, idle_since))
    },
  )

  app.post(
    '/extensions/teams',
    op('createTeam', { summary: 'Create a team', body: NewTeamRequest, response: Team }),
    async ({ workspace, body }) => presentTeam(await createTeam(workspace, body)),
  )

  app.put(
    '/extensions/teams/:id',
    op('updateTeamSettings', {
      summary: 'Change the name of a team, and how it shares out conversations',
      params: ById,
      body: TeamSettingsRequest,
      response: Team,
    }),
    async ({ workspace, params, body }) => {
      const team = await changeSettings(workspace, params.id, body)
      await assignWaiting(workspace)
      return presentTeam(team)
    },
  )

  app.get(
    '/extensions/teams/:id/assignment',
    op('getTeamAssignment', {
      summary: 'Show how a team assigns conversations, and who of it has room',
      params: ById,
      response: TeamAssignment,
    }),
    async ({ workspace, params }) => showAssignment(workspace, await theTeam(workspace, params.id)),
  )

  app.put(
    '/extensions/teams/:id/assignment',
    op('updateTeamAssignment', {
      summary: 'Change how a team assigns conversations to its members',
      params: ById,
      body: TeamAssignmentRequest,
      response: TeamAssignment,
    }),
    async ({ workspace, params, body }) => {
      const team = await changeAssignment(workspace, params.id, body)
      await assignWaiting(workspace)
      return showAssignment(workspace, team)
    },
  )
}

export default (distribution: Distribution): Resource => ({
  group: 'Teams',
  routes: (app) => teams(app, distribution),
  kept_tables: ['teams'],
  demo,
  given: async (workspace) => (await listTeams(workspace)).map(({ id, name }) => ({ type: 'team', id, name })),
})
