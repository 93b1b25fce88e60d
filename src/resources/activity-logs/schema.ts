// The activity log over the wire.
import { type Static, Type } from 'typebox'
import type { Page, PageResult } from '#db/page.ts'
import { CursorPages, presentPages } from '#http/lists.ts'
import { Epoch, epoch, Nullable, named } from '#http/types.ts'
import type { ActivityRow } from './queries.ts'
import { ACTIVITY_TYPES } from './types.ts'

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
    metadata: Nullable(Type.Record(Type.String(), Type.Unknown())),
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
