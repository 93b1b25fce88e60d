// The schemas of an admin: in lists, and in `/me` with the workspace.
import { type Static, Type } from 'typebox'
import { epoch, Id, Nullable, named } from '#http/types.ts'
import { Avatar, TeamIds, TeamPriorityLevel } from '#resources/references.ts'
import type { AdminRow, WorkspaceRow } from './queries.ts'

const Role = Nullable(
  named('role', Type.Object({ type: Type.Literal('role'), id: Type.String(), name: Type.String() })),
)

export const Admin = named(
  'admin',
  Type.Object({
    type: Type.Literal('admin'),
    id: Type.String(),
    name: Type.String(),
    email: Type.String(),
    job_title: Type.String(),
    away_mode_enabled: Type.Boolean(),
    away_mode_reassign: Type.Boolean(),
    away_status_reason_id: Nullable(Type.Integer()),
    has_inbox_seat: Type.Boolean(),
    team_ids: TeamIds,
    avatar: Type.Optional(Nullable(Type.String())),
    team_priority_level: Nullable(TeamPriorityLevel),
    role: Role,
  }),
)

/** Only the answer to a change of away mode has the reason as a string. */
export const AwayAdmin = named(
  'admin_away',
  Type.Object({ ...Admin.properties, away_status_reason_id: Nullable(Type.String()) }),
)

export const AdminList = named(
  'admin_list',
  Type.Object({ type: Type.Literal('admin.list'), admins: Type.Array(Admin) }),
)

export const Me = named(
  'admin_with_app',
  Type.Object({
    ...Type.Omit(Admin, ['avatar', 'team_priority_level', 'away_status_reason_id']).properties,
    avatar: Avatar,
    email_verified: Type.Boolean(),
    app: Type.Object({
      type: Type.Literal('app'),
      id_code: Type.String(),
      name: Type.String(),
      region: Type.String(),
      timezone: Type.String(),
      created_at: Type.Integer(),
      secure: Type.Boolean(),
      identity_verification: Type.Boolean(),
    }),
  }),
)

export const AwayRequest = named(
  'admin_away_request',
  Type.Object({
    away_mode_enabled: Type.Boolean(),
    away_mode_reassign: Type.Boolean({ description: 'New replies go to the default inbox while the admin is away.' }),
    away_status_reason_id: Type.Optional(Nullable(Id)),
  }),
)

export const NewAdminRequest = named(
  'new_admin_request',
  Type.Object({
    name: Type.String({ minLength: 1, maxLength: 255, pattern: '\\S' }),
    email: Type.String({ maxLength: 320, pattern: '^[^<>@\\s]+@[^<>@\\s]+$' }),
    job_title: Type.Optional(Type.String({ maxLength: 255 })),
    has_inbox_seat: Type.Optional(Type.Boolean()),
  }),
)

const presentCommon = (admin: AdminRow) => ({
  type: 'admin' as const,
  id: admin.id,
  name: admin.name,
  email: admin.email,
  job_title: admin.job_title,
  away_mode_enabled: admin.away_mode_enabled,
  away_mode_reassign: admin.away_mode_reassign,
  has_inbox_seat: admin.has_inbox_seat,
  team_ids: admin.team_ids.map(Number),
  role: null,
})

/** The avatar is shown only if requested (`display_avatar`). */
export const presentAdmin = (admin: AdminRow, { avatar = false } = {}): Static<typeof Admin> => ({
  ...presentCommon(admin),
  away_status_reason_id: admin.away_status_reason_id === null ? null : Number(admin.away_status_reason_id),
  team_priority_level: {
    primary_team_ids: admin.team_ids.filter((id) => !admin.secondary_team_ids.includes(id)).map(Number),
    secondary_team_ids: admin.secondary_team_ids.map(Number),
  },
  ...(avatar && { avatar: admin.avatar_url }),
})

/** The admin in an event, which has another shape in webhooks. */
export const presentAdminOfEvent = (admin: AdminRow, away_status_reason: string | null) => ({
  type: 'admin' as const,
  id: admin.id,
  name: admin.name,
  email: admin.email,
  job_title: admin.job_title || null,
  away_mode_enabled: admin.away_mode_enabled,
  away_mode_reassign: admin.away_mode_reassign,
  away_status_reason: away_status_reason ?? '',
  has_inbox_seat: admin.has_inbox_seat,
  team_ids: admin.team_ids.map(Number),
  avatar: { type: 'avatar' as const, image_url: admin.avatar_url },
})

export const presentAwayAdmin = (admin: AdminRow): Static<typeof AwayAdmin> => ({
  ...presentAdmin(admin),
  away_status_reason_id: admin.away_status_reason_id,
})

export const presentMe = (admin: AdminRow, workspace: WorkspaceRow): Static<typeof Me> => ({
  ...presentCommon(admin),
  email_verified: admin.email_verified,
  avatar: { type: 'avatar', image_url: admin.avatar_url },
  app: {
    type: 'app',
    id_code: workspace.id,
    name: workspace.name,
    region: workspace.region,
    timezone: workspace.timezone,
    created_at: epoch(workspace.created_at),
    secure: workspace.identity_verification,
    identity_verification: workspace.identity_verification,
  },
})
