// SQL fragments of office hours for the statements of other folders.
import type { Fragment } from '#db/sql.ts'
import type { Workspace } from '#workspaces/workspace.ts'

/** What a `Calendar` has, as columns: for a statement on `office_hours_schedules schedules`. */
export const calendarColumns = ({ sql, id }: Workspace): Fragment => sql`
  time_zone_name, time_intervals, (
    select coalesce(json_agg(json_build_object('exception_date', to_char(exception_date, 'YYYY-MM-DD'),
      'recurring_annually', recurring_annually, 'time_intervals', exceptions.time_intervals)), '[]')
    from office_hours_exceptions exceptions
    where exceptions.workspace_id = ${id} and office_hours_schedule_id = schedules.id
  ) as exceptions`

/** The workspace's oldest schedule as a `Calendar`; null if there is none. */
export const defaultCalendar = (workspace: Workspace): Fragment => workspace.sql`(
  select to_json(calendars) from (
    select ${calendarColumns(workspace)} from office_hours_schedules schedules
    where schedules.workspace_id = ${workspace.id} order by schedules.id limit 1
  ) calendars)`
