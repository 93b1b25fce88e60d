// Office hours over the wire: schedules, exceptions, and whether a schedule is open.
import { type Static, Type } from 'typebox'
import { Epoch, epoch, Nullable, named, Some } from '#http/types.ts'
import type { Interval } from './calendar.ts'
import type { ExceptionRow, ScheduleRow } from './queries.ts'

const MINUTES_A_DAY = 1_440

const TimeInterval = named(
  'office_hours_time_interval',
  Type.Object({
    start_minute: Type.Integer({ description: 'Minutes from Monday 00:00; of an exception, from midnight.' }),
    end_minute: Type.Integer(),
    day_of_week: Type.Integer({ description: 'The day on which it starts; 0 is Monday.' }),
  }),
)

export const Schedule = named(
  'office_hours_schedule',
  Type.Object({
    type: Type.Literal('office_hours_schedule'),
    id: Type.String(),
    name: Type.String(),
    time_zone_name: Type.String(),
    time_intervals: Type.Array(TimeInterval),
    twenty_four_seven: Type.Boolean(),
    created_at: Type.Integer(),
    updated_at: Type.Integer(),
  }),
)

export const ScheduleList = named(
  'office_hours_schedule_list',
  Type.Object({ type: Type.Literal('office_hours_schedule.list'), data: Type.Array(Schedule) }),
)

const ExceptionType = Type.Enum(['closed', 'custom_hours'])

export const HoursException = named(
  'office_hours_exception',
  Type.Object({
    type: Type.Literal('office_hours_exception'),
    id: Type.String(),
    office_hours_schedule_id: Type.String(),
    exception_date: Type.String(),
    exception_type: ExceptionType,
    name: Nullable(Type.String()),
    time_intervals: Nullable(Type.Array(TimeInterval)),
    recurring_annually: Type.Boolean(),
    created_at: Type.Integer(),
    updated_at: Type.Integer(),
  }),
)

export const HoursExceptionList = named(
  'office_hours_exception_list',
  Type.Object({ type: Type.Literal('office_hours_exception.list'), data: Type.Array(HoursException) }),
)

export const DeletedSchedule = named(
  'deleted_office_hours_schedule',
  Type.Object({ id: Type.String(), object: Type.Literal('office_hours_schedule'), deleted: Type.Literal(true) }),
)

export const DeletedException = named(
  'deleted_office_hours_exception',
  Type.Object({ id: Type.String(), object: Type.Literal('office_hours_exception'), deleted: Type.Literal(true) }),
)

/** A week has 672 quarters of an hour. The minutes are checked by `intervals.ts`, whose errors are 422s. */
const GivenIntervals = Type.Array(
  named(
    'office_hours_time_interval_request',
    Type.Object({
      start_minute: Type.Integer({ examples: [540] }),
      end_minute: Type.Integer({ examples: [1020] }),
      day_of_week: Type.Optional(Type.Integer({ description: 'Ignored: it follows from start_minute, or the date.' })),
    }),
  ),
  { maxItems: 672 },
)

const ScheduleFields = {
  name: Type.String({ maxLength: 255, examples: ['Support'] }),
  time_zone_name: Type.String({ maxLength: 255, examples: ['Europe/Dublin'] }),
  time_intervals: GivenIntervals,
}
export const NewScheduleRequest = named('create_office_hours_schedule_request', Type.Object(ScheduleFields))
export type NewScheduleRequest = Static<typeof NewScheduleRequest>

export const ScheduleRequest = named('update_office_hours_schedule_request', Some(ScheduleFields))
export type ScheduleRequest = Static<typeof ScheduleRequest>

const ExceptionFields = {
  exception_date: Type.String({ maxLength: 255, description: 'YYYY-MM-DD', examples: ['2026-12-25'] }),
  exception_type: ExceptionType,
  name: Nullable(Type.String({ maxLength: 255 })),
  time_intervals: Nullable(GivenIntervals),
  recurring_annually: Type.Boolean(),
}
export const ExceptionRequest = named('update_office_hours_exception_request', Some(ExceptionFields))
export type ExceptionRequest = Static<typeof ExceptionRequest>

export const NewExceptionRequest = named(
  'create_office_hours_exception_request',
  Type.Object({
    ...ExceptionRequest.properties,
    exception_date: ExceptionFields.exception_date,
    exception_type: ExceptionType,
  }),
)
export type NewExceptionRequest = Static<typeof NewExceptionRequest>

export const OpenQuery = Type.Object({
  at: Type.Optional(Epoch),
  until: Type.Optional(Epoch),
})

export const OpenHours = named(
  'office_hours_open',
  Type.Object({
    type: Type.Literal('office_hours_open'),
    office_hours_schedule_id: Type.String(),
    at: Type.Integer(),
    open: Type.Boolean(),
    next_opening_at: Nullable(Type.Integer({ description: '`at` itself while it is open; null if it never opens.' })),
    open_seconds: Nullable(Type.Integer({ description: 'The open time from `at` to `until`; null without `until`.' })),
  }),
)

const presentInterval = ({ start_minute, end_minute }: Interval, day_of_week: number): Static<typeof TimeInterval> => ({
  ...{ start_minute, end_minute, day_of_week },
})

export const presentSchedule = (row: ScheduleRow): Static<typeof Schedule> => ({
  type: 'office_hours_schedule',
  id: row.id,
  name: row.name,
  time_zone_name: row.time_zone_name,
  time_intervals: row.time_intervals.map((interval) =>
    presentInterval(interval, Math.floor(interval.start_minute / MINUTES_A_DAY)),
  ),
  twenty_four_seven: minutesOf(row.time_intervals) === 7 * MINUTES_A_DAY,
  created_at: epoch(row.created_at),
  updated_at: epoch(row.updated_at),
})

/** They do not overlap. */
const minutesOf = (intervals: readonly Interval[]): number =>
  intervals.reduce((sum, { start_minute, end_minute }) => sum + end_minute - start_minute, 0)

export const presentException = (row: ExceptionRow): Static<typeof HoursException> => ({
  type: 'office_hours_exception',
  id: row.id,
  office_hours_schedule_id: row.office_hours_schedule_id,
  exception_date: row.exception_date,
  exception_type: row.exception_type,
  name: row.name,
  time_intervals:
    row.time_intervals?.map((interval) => presentInterval(interval, weekdayOf(row.exception_date))) ?? null,
  recurring_annually: row.recurring_annually,
  created_at: epoch(row.created_at),
  updated_at: epoch(row.updated_at),
})

/** 0 is Monday. */
const weekdayOf = (date: string): number => (new Date(date).getUTCDay() + 6) % 7
