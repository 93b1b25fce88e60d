// A team over the wire. Only a load-balanced team shows its limit, and who comes second.
import { type Static, Type } from 'typebox'
import { Nullable, named } from '#http/types.ts'
import { DISTRIBUTION_METHODS, type MetricsRow, type TeamRow } from './queries.ts'

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
