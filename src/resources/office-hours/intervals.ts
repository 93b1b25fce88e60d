// Which intervals, dates and names of office hours are accepted. A wrong one is a 422 that names the field.
import { unprocessable } from '#http/errors.ts'
import type { Interval } from './calendar.ts'

export const refused = (message: string) => unprocessable('data_invalid', message)

export const WEEK = 10_080
export const DAY = 1_440
/** Minutes. */
const GRID = 15

/** Returns the intervals in order. `end` is the last minute that they may reach. */
export function readIntervals(given: readonly Interval[], end: typeof WEEK | typeof DAY): Interval[] {
  given.forEach((interval, index) => {
    for (const field of ['start_minute', 'end_minute'] as const) {
      const name = `time_intervals.${index}.${field}`
      const minute = interval[field]
      if (minute < 0 || minute > end) throw refused(`${name} must be from 0 to ${end}`)
      if (minute % GRID) throw refused(`${name} must be a multiple of ${GRID}`)
    }
    if (interval.end_minute <= interval.start_minute)
      throw refused(`time_intervals.${index}.end_minute must be after start_minute`)
  })
  const numbered = given.map(({ start_minute, end_minute }, index) => ({ index, start_minute, end_minute }))
  const sorted = numbered.sort((a, b) => a.start_minute - b.start_minute)
  sorted.forEach(({ index, start_minute }, position) => {
    const before = sorted[position - 1]
    if (before && start_minute < before.end_minute)
      throw refused(`time_intervals.${index} overlaps time_intervals.${before.index}`)
  })
  return sorted.map(({ start_minute, end_minute }) => ({ start_minute, end_minute }))
}

export function assertDate(date: string) {
  const time = /^\d{4}-\d\d-\d\d$/.test(date) ? Date.parse(date) : Number.NaN
  if (Number.isNaN(time) || new Date(time).toISOString().slice(0, 10) !== date)
    throw refused('exception_date must be a date as YYYY-MM-DD')
  if (date < FIRST_DATE || date > LAST_DATE) throw refused(`exception_date must be from ${FIRST_DATE} to ${LAST_DATE}`)
}

const FIRST_DATE = '1970-01-01'
const LAST_DATE = '2999-12-31'
