// The arithmetic of office hours: whether they are open, when they open next, and how much open time is between two times.
import { offsetPeriods } from '#lib/time-zones.ts'

/** Minutes from the start of the week (Monday 00:00), or of the day. `end_minute` is not included. */
export type Interval = { start_minute: number; end_minute: number }

/** A date on which other hours apply. `time_intervals`: minutes of the day; null: closed. */
export type DateException = {
  /** `YYYY-MM-DD` */
  exception_date: string
  /** It applies in all later years too. An exception of exactly that date comes first. */
  recurring_annually: boolean
  time_intervals: readonly Interval[] | null
}

/**
 * Office hours with their exceptions. They are open while the clock on the wall, in the time zone, shows a time within an
 * interval: of the date's exception, or else of the week. So an hour that the clock skips is not open, and one that it shows
 * twice is open twice.
 */
export type Calendar = {
  /** An IANA name; any other throws a RangeError. */
  time_zone_name: string
  /** Minutes of the week; no two overlap. */
  time_intervals: readonly Interval[]
  exceptions: readonly DateException[]
}

/** Returns whether the office is open at that time. */
export const isOpenAt = (calendar: Calendar, at: Date): boolean => {
  const [period] = openPeriods(calendar, at.getTime(), at.getTime() + 1)
  return period !== undefined
}

/** Returns the time itself if the office is open then; otherwise when it opens next; null if it never does. */
export function nextOpening(calendar: Calendar, from: Date): Date | null {
  for (const { start } of allOpenPeriods(calendar, from.getTime())) return new Date(start)
  return null
}

/** Returns the open time from `from` to `to` in whole seconds, rounded down; 0 if `to` is not later. */
export function openSeconds(calendar: Calendar, from: Date, to: Date): number {
  let open = 0
  for (const { start, end } of openPeriods(calendar, from.getTime(), to.getTime())) open += end - start
  return Math.floor(open / SECOND)
}

/**
 * Returns the time at which so many seconds of open time have passed since `from`: the deadline of a target in office hours.
 * Returns null if there is not that much open time in the next nine years.
 */
export function afterOpenSeconds(calendar: Calendar, from: Date, seconds: number): Date | null {
  if (seconds <= 0) return from
  let left = seconds * SECOND
  for (const { start, end } of allOpenPeriods(calendar, from.getTime())) {
    if (left <= end - start) return new Date(start + left)
    left -= end - start
  }
  return null
}

const SECOND = 1_000
const MINUTE = 60 * SECOND
const MINUTES_A_DAY = 1_440
const DAY = MINUTES_A_DAY * MINUTE
const DAYS_A_WEEK = 7
/** 1970-01-01 was a Thursday, and weeks begin on Monday. */
const FIRST_WEEKDAY = 3
/** Between two 29ths of February are up to eight years. */
const HORIZON = 9 * 366 * DAY

type Period = { start: number; end: number }

/** The open periods from a time on, for nine years; and later ones of exceptions that are still further away. */
function* allOpenPeriods(calendar: Calendar, from: number): Generator<Period> {
  if (![...calendar.time_intervals, ...calendar.exceptions.flatMap((e) => e.time_intervals ?? [])].length) return
  const horizon = from + HORIZON
  yield* openPeriods(calendar, from, horizon)
  const distant = calendar.exceptions.map(({ exception_date }) => Date.parse(exception_date) - DAY)
  for (const before of distant.filter((time) => time + 3 * DAY > horizon).sort((a, b) => a - b))
    yield* openPeriods(calendar, Math.max(before, horizon), before + 3 * DAY)
}

/** The open periods from `from` to `to`, in order: milliseconds since 1970 UTC. Two of them can touch, but not overlap. */
function* openPeriods(calendar: Calendar, from: number, to: number): Generator<Period> {
  const hoursOn = hoursByDay(calendar)
  for (const { start, end, offset } of offsetPeriods(calendar.time_zone_name, from, to)) {
    for (let day = Math.floor((start + offset) / DAY); day * DAY < end + offset; day++) {
      const midnight = day * DAY - offset
      for (const { start_minute, end_minute } of hoursOn(day)) {
        const opens = Math.max(start, midnight + start_minute * MINUTE)
        const closes = Math.min(end, midnight + end_minute * MINUTE)
        if (opens < closes) yield { start: opens, end: closes }
      }
    }
  }
}

/** Returns a function that returns the intervals of a day, in minutes of the day. Days are counted from 1970-01-01. */
function hoursByDay({ time_intervals, exceptions }: Calendar): (day: number) => readonly Interval[] {
  const weekdays = Array.from({ length: DAYS_A_WEEK }, (_, weekday) => hoursOfWeekday(time_intervals, weekday))
  const once = new Map(exceptions.map((exception) => [exception.exception_date, exception]))
  const yearly = new Map(
    exceptions
      .filter((exception) => exception.recurring_annually)
      .map((exception) => [dayOfYear(exception), exception]),
  )
  return (day) => {
    if (!exceptions.length) return weekdays[weekdayOf(day)] as Interval[]
    const exception_date = new Date(day * DAY).toISOString().slice(0, 10)
    const recurring = yearly.get(dayOfYear({ exception_date }))
    const exception =
      once.get(exception_date) ?? (recurring && recurring.exception_date < exception_date ? recurring : undefined)
    return exception ? inOrder(exception.time_intervals ?? []) : (weekdays[weekdayOf(day)] as Interval[])
  }
}

/** `12-25` */
const dayOfYear = ({ exception_date }: { exception_date: string }): string => exception_date.slice(5)

const weekdayOf = (day: number): number => (((day + FIRST_WEEKDAY) % DAYS_A_WEEK) + DAYS_A_WEEK) % DAYS_A_WEEK

/** Returns the weekly intervals that are on this weekday (0: Monday), cut at its midnights, in minutes of the day. */
function hoursOfWeekday(intervals: readonly Interval[], weekday: number): Interval[] {
  const midnight = weekday * MINUTES_A_DAY
  const cut = intervals.map(({ start_minute, end_minute }) => ({
    start_minute: Math.max(start_minute - midnight, 0),
    end_minute: Math.min(end_minute - midnight, MINUTES_A_DAY),
  }))
  return inOrder(cut.filter(({ start_minute, end_minute }) => start_minute < end_minute))
}

const inOrder = (intervals: readonly Interval[]): Interval[] =>
  [...intervals].sort((a, b) => a.start_minute - b.start_minute)
