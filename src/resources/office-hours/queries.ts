// The SQL of office hours: schedules, and their exceptions.
import { one, rowId } from '#db/sql.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import type { Calendar, Interval } from './calendar.ts'
import { calendarColumns } from './fragments.ts'

export type ScheduleRow = {
  id: string
  name: string
  time_zone_name: string
  time_intervals: Interval[]
  created_at: Date
  updated_at: Date
}
export type NewSchedule = Pick<ScheduleRow, 'name' | 'time_zone_name' | 'time_intervals'>

export type ExceptionRow = {
  id: string
  office_hours_schedule_id: string
  /** `YYYY-MM-DD` */
  exception_date: string
  exception_type: 'closed' | 'custom_hours'
  name: string | null
  time_intervals: Interval[] | null
  recurring_annually: boolean
  created_at: Date
  updated_at: Date
}
export type NewException = Omit<ExceptionRow, 'id' | 'office_hours_schedule_id' | 'created_at' | 'updated_at'>

const columns = ({ sql }: Workspace) => sql`id, name, time_zone_name, time_intervals, created_at, updated_at`

export const listSchedules = (workspace: Workspace) => workspace.sql<ScheduleRow[]>`
  select ${columns(workspace)} from office_hours_schedules where workspace_id = ${workspace.id} order by id`

export const findSchedule = (workspace: Workspace, id: string) =>
  one(workspace.sql<ScheduleRow[]>`
    select ${columns(workspace)} from office_hours_schedules
    where workspace_id = ${workspace.id} and id = ${rowId(id)}`)

/** Locks the schedule until the transaction ends. */
export const lockSchedule = (workspace: Workspace, id: string) =>
  one(workspace.sql<ScheduleRow[]>`
    select ${columns(workspace)} from office_hours_schedules
    where workspace_id = ${workspace.id} and id = ${rowId(id)} for update`)

/** Locks the list of schedules until the transaction ends, and returns their number. */
export async function countSchedulesLocked({ sql, id }: Workspace): Promise<number> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`office hours ${id}`}, 0))`
  const [{ count }] = await sql<[{ count: number }]>`
    select count(*)::integer as count from office_hours_schedules where workspace_id = ${id}`
  return count
}

export const insertSchedule = (workspace: Workspace, { name, time_zone_name, time_intervals }: NewSchedule) =>
  one(workspace.sql<ScheduleRow[]>`
    insert into office_hours_schedules (workspace_id, name, time_zone_name, time_intervals, created_at, updated_at)
    values (${workspace.id}, ${name}, ${time_zone_name}, ${JSON.stringify(time_intervals)}::text::jsonb,
      ${workspace.now()}, ${workspace.now()})
    returning ${columns(workspace)}`) as Promise<ScheduleRow>

export const updateSchedule = (
  workspace: Workspace,
  id: string,
  { name, time_zone_name, time_intervals }: NewSchedule,
) =>
  one(workspace.sql<ScheduleRow[]>`
    update office_hours_schedules set name = ${name}, time_zone_name = ${time_zone_name},
      time_intervals = ${JSON.stringify(time_intervals)}::text::jsonb, updated_at = ${workspace.now()}
    where workspace_id = ${workspace.id} and id = ${id} returning ${columns(workspace)}`) as Promise<ScheduleRow>

/** Deletes its exceptions too. */
export const deleteSchedule = (workspace: Workspace, id: string) =>
  one(workspace.sql<ScheduleRow[]>`
    delete from office_hours_schedules where workspace_id = ${workspace.id} and id = ${rowId(id)}
    returning ${columns(workspace)}`)

const exceptionColumns = ({ sql }: Workspace) => sql`
  id, office_hours_schedule_id, to_char(exception_date, 'YYYY-MM-DD') as exception_date, exception_type, name,
  time_intervals, recurring_annually, created_at, updated_at`

/** Returns them by date. */
export const listExceptions = (workspace: Workspace, schedule_id: string) => workspace.sql<ExceptionRow[]>`
  select ${exceptionColumns(workspace)} from office_hours_exceptions exceptions
  where workspace_id = ${workspace.id} and office_hours_schedule_id = ${rowId(schedule_id)}
  order by exceptions.exception_date`

export const findException = (workspace: Workspace, schedule_id: string, id: string) =>
  one(workspace.sql<ExceptionRow[]>`
    select ${exceptionColumns(workspace)} from office_hours_exceptions
    where workspace_id = ${workspace.id} and office_hours_schedule_id = ${rowId(schedule_id)} and id = ${rowId(id)}`)

export const insertException = (workspace: Workspace, schedule_id: string, exception: NewException) =>
  one(workspace.sql<ExceptionRow[]>`
    insert into office_hours_exceptions (workspace_id, office_hours_schedule_id, exception_date, exception_type, name,
      time_intervals, recurring_annually, created_at, updated_at)
    values (${workspace.id}, ${schedule_id}, ${exception.exception_date}::text::date, ${exception.exception_type},
      ${exception.name}, ${exception.time_intervals && JSON.stringify(exception.time_intervals)}::text::jsonb,
      ${exception.recurring_annually}, ${workspace.now()}, ${workspace.now()})
    returning ${exceptionColumns(workspace)}`) as Promise<ExceptionRow>

export const updateException = (
  workspace: Workspace,
  { id, office_hours_schedule_id }: ExceptionRow,
  to: NewException,
) =>
  one(workspace.sql<ExceptionRow[]>`
    update office_hours_exceptions set exception_date = ${to.exception_date}::text::date,
      exception_type = ${to.exception_type}, name = ${to.name},
      time_intervals = ${to.time_intervals && JSON.stringify(to.time_intervals)}::text::jsonb,
      recurring_annually = ${to.recurring_annually}, updated_at = ${workspace.now()}
    where workspace_id = ${workspace.id} and office_hours_schedule_id = ${office_hours_schedule_id} and id = ${id}
    returning ${exceptionColumns(workspace)}`) as Promise<ExceptionRow>

export const deleteException = (workspace: Workspace, schedule_id: string, id: string) =>
  one(workspace.sql<ExceptionRow[]>`
    delete from office_hours_exceptions
    where workspace_id = ${workspace.id} and office_hours_schedule_id = ${rowId(schedule_id)} and id = ${rowId(id)}
    returning ${exceptionColumns(workspace)}`)

/**
 * Returns the schedule with its exceptions, for `openSeconds` and the other functions of `calendar.ts`; undefined if there
 * is none. Without an id: the workspace's oldest schedule.
 */
export const findCalendar = (workspace: Workspace, schedule_id?: string) => {
  const { sql, id } = workspace
  return one(sql<Calendar[]>`
    select ${calendarColumns(workspace)} from office_hours_schedules schedules
    where schedules.workspace_id = ${id} and ${schedule_id === undefined ? sql`true` : sql`id = ${rowId(schedule_id)}`}
    order by schedules.id limit 1`)
}
