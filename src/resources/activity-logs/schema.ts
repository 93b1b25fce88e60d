// The activity log over the wire.
import { type Static, Type } from 'typebox'
import type { Page, PageResult } from '#db/page.ts'
import { CursorPages, presentPages } from '#http/lists.ts'
import { Epoch, epoch, Nullable, named } from '#http/types.ts'
import type { ActivityRow } from './queries.ts'
import { ACTIVITY_TYPES } from './types.ts'

const text = Type.Optional(Nullable(Type.String()))
const flag = Type.Optional(Nullable(Type.Boolean()))
const whole = Type.Optional(Nullable(Type.Integer()))

/** What the types of activities tell; besides, what this server's own tell. */
const Metadata = Type.Object(
  {
    ...{ sign_in_method: text, external_id: text, away_mode: flag, away_status_reason: text },
    ...{ reassign_conversations: flag, source: text, update_by: whole, update_by_name: text },
    auto_changed: text,
    ...{ previous_state: text, new_state: text, threshold_minutes: whole, last_activity_at: whole, auto: flag },
    ...{ conversation_assignment_limit: whole, ticket_assignment_limit: whole, team_assignment_limit: whole },
    ...{ mode: text, enabled: flag, consent_id: whole, expired_at: whole, setting_type: text },
    team: Type.Optional(Nullable(Type.Object({ id: Type.Unknown(), name: Type.String() }))),
    ...{ before: Type.Optional(Type.Unknown()), after: Type.Optional(Type.Unknown()) },
    changes: Type.Optional(Nullable(Type.Record(Type.String(), Type.Unknown()))),
  },
  { additionalProperties: true },
)

const Activity = named(
  'activity_log',
  Type.Object({
    id: Type.String(),
    performed_by: Type.Object({
      type: Type.Literal('admin'),
      id: Type.String(),
      email: Type.String(),
      ip: Type.Optional(Type.String({ description: 'Absent if it was not a request.' })),
    }),
    metadata: Nullable(Metadata),
    created_at: Type.Integer(),
    activity_type: Type.Enum([...ACTIVITY_TYPES]),
    activity_description: Type.String(),
  }),
)

export const ActivityList = named(
  'activity_log_list',
  Type.Object({ type: Type.Literal('activity_log.list'), pages: CursorPages, activity_logs: Type.Array(Activity) }),
)

export const ActivityTypeList = named(
  'activity_log_event_type_list',
  Type.Object({
    type: Type.Literal('activity_log_event_type.list'),
    event_types: Type.Array(Type.Enum([...ACTIVITY_TYPES])),
  }),
)

/** Unix seconds, as a number or as text. */
const Time = Type.Union([Epoch, Type.String({ pattern: '^\\d{1,10}$' })])

export const ActivitySearch = named(
  'activity_log_search_request',
  Type.Object({
    created_at_after: Type.Optional(Nullable(Time)),
    created_at_before: Type.Optional(Nullable(Time)),
    event_types: Type.Optional(Nullable(Type.Array(Type.String(), { maxItems: 200 }))),
    page: Type.Optional(Type.Integer()),
    per_page: Type.Optional(Type.Integer()),
    starting_after: Type.Optional(Nullable(Type.String({ description: 'The cursor from `pages.next`.' }))),
  }),
)

export const presentActivity = (row: ActivityRow): Static<typeof Activity> => ({
  id: row.public_id,
  performed_by: { type: 'admin', id: row.admin_id, email: row.admin_email, ...(row.ip && { ip: row.ip }) },
  metadata: row.metadata,
  created_at: epoch(row.created_at),
  activity_type: row.activity_type,
  activity_description: row.description,
})

export function presentActivities(page: Page, result: PageResult<ActivityRow>): Static<typeof ActivityList> {
  const pages = presentPages(page, result)
  return {
    type: 'activity_log.list',
    pages: { ...pages, next: pages.next ?? null },
    activity_logs: result.rows.map(presentActivity),
  }
}
