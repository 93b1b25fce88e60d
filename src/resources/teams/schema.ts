// A team over the wire. Only a load-balanced team shows its limit, and who comes second.
import { type Static, Type } from 'typebox'
import { Id, Nullable, named } from '#http/types.ts'
import { DISTRIBUTION_METHODS, type MetricsRow, type PresenceRow, type TeamRow } from './queries.ts'

const AdminIds = Type.Array(Type.Integer())

export const Team = named(
  'team',
  Type.Object({
    type: Type.Literal('team'),
    id: Type.String(),
    name: Type.String(),
    admin_ids: AdminIds,
    distribution_method: Type.Enum([...DISTRIBUTION_METHODS]),
    assignment_limit: Type.Optional(
      Nullable(Type.Integer({ description: 'The most open conversations of a member; null: no limit.' })),
    ),
    admin_priority_level: Type.Optional(
      named('admin_priority_level', Type.Object({ primary_admin_ids: AdminIds, secondary_admin_ids: AdminIds })),
    ),
  }),
)

export const TeamList = named('team_list', Type.Object({ type: Type.Literal('team.list'), teams: Type.Array(Team) }))

export const TeamMetricList = named(
  'team_metric_list',
  Type.Object({
    type: Type.Literal('team_metric.list'),
    data: Type.Array(
      named(
        'team_metric',
        Type.Object({
          type: Type.Literal('team_metric'),
          admin_id: Type.String(),
          open: Type.Integer(),
          idle: Type.Integer({ description: 'Open, and its contact waits for longer than idle_threshold.' }),
          snoozed: Type.Integer(),
        }),
      ),
    ),
  }),
)

/** The ids are checked by `update.ts`, whose errors have Intercom's texts. */
const GivenIds = Type.Array(Type.Unknown())

export const TeamMembersRequest = named(
  'team_members_request',
  Type.Object(
    {
      admin_ids: GivenIds,
      admin_priority_level: Type.Optional(
        Nullable(
          Type.Object({
            primary_admin_ids: Type.Optional(Nullable(GivenIds)),
            secondary_admin_ids: Type.Optional(Nullable(GivenIds)),
          }),
        ),
      ),
    },
    { additionalProperties: true, description: 'Other fields are accepted if they are as the team has them.' },
  ),
)
export type TeamMembersRequest = Static<typeof TeamMembersRequest>

const TeamSettings = {
  name: Type.String({ minLength: 1, maxLength: 255, pattern: '\\S' }),
  distribution_method: Type.Enum([...DISTRIBUTION_METHODS]),
  assignment_limit: Nullable(Type.Integer({ minimum: 1, maximum: 10_000 })),
}
const Settings = Type.Partial(Type.Object(TeamSettings))

export const NewTeamRequest = named(
  'new_team_request',
  Type.Object({ ...Settings.properties, name: TeamSettings.name, admin_ids: GivenIds }),
)
export type NewTeamRequest = Static<typeof NewTeamRequest>

export const TeamSettingsRequest = named('team_settings_request', Settings)
export type TeamSettingsRequest = Static<typeof TeamSettingsRequest>

const MemberLimit = Type.Integer({ minimum: 1, maximum: 10_000 })

export const TeamAssignmentRequest = named(
  'team_assignment_request',
  Type.Partial(
    Type.Object({
      distribution_method: Type.Enum([...DISTRIBUTION_METHODS, 'balanced'], {
        description: '`balanced` is the same as `load_balanced`.',
      }),
      assignment_limit: TeamSettings.assignment_limit,
      member_limits: Type.Array(Type.Object({ admin_id: Id, limit: MemberLimit }), {
        maxItems: 1_000,
        description: 'All limits of single members from now on; they replace `assignment_limit`.',
      }),
      sla_id: Nullable(Id),
    }),
  ),
)
export type TeamAssignmentRequest = Static<typeof TeamAssignmentRequest>

export const TeamAssignment = named(
  'team_assignment',
  Type.Object({
    type: Type.Literal('team_assignment'),
    team_id: Type.String(),
    distribution_method: Type.Enum([...DISTRIBUTION_METHODS]),
    assignment_limit: Nullable(
      Type.Integer({ description: 'The most open conversations of a member; null: no limit.' }),
    ),
    members: Type.Array(
      Type.Object({
        admin_id: Type.String(),
        away: Type.Boolean(),
        open: Type.Integer({ description: 'Open conversations of the admin, in any team.' }),
        limit: Nullable(Type.Integer({ description: 'Of this member, or of the team.' })),
      }),
    ),
    sla_id: Nullable(
      Type.String({ description: 'Applied to each conversation that is assigned to the team and has no SLA.' }),
    ),
    waiting: Type.Integer({ description: 'Open conversations of the team that wait for a member.' }),
  }),
)

export const presentAssignment = (
  team: TeamRow,
  members: readonly PresenceRow[],
  waiting: number,
): Static<typeof TeamAssignment> => ({
  type: 'team_assignment',
  team_id: team.id,
  distribution_method: team.distribution_method,
  assignment_limit: team.assignment_limit,
  members: members.map(({ admin_id, is_away, open }) => ({
    ...{ admin_id, away: is_away, open },
    limit: team.member_limits[admin_id] ?? team.assignment_limit,
  })),
  sla_id: team.sla_id,
  waiting,
})

export function presentTeam(team: TeamRow): Static<typeof Team> {
  const { id, name, distribution_method, assignment_limit } = team
  const admin_ids = team.admin_ids.map(Number)
  const secondary_admin_ids = team.secondary_admin_ids.map(Number)
  const primary_admin_ids = admin_ids.filter((id) => !secondary_admin_ids.includes(id))
  return {
    ...{ type: 'team', id, name, admin_ids, distribution_method },
    ...(distribution_method === 'load_balanced' && {
      assignment_limit,
      admin_priority_level: { primary_admin_ids, secondary_admin_ids },
    }),
  }
}

export const presentMetrics = (rows: readonly MetricsRow[]): Static<typeof TeamMetricList> => ({
  type: 'team_metric.list',
  data: rows.map(({ admin_id, open, idle, snoozed }) => ({ type: 'team_metric', admin_id, open, idle, snoozed })),
})
