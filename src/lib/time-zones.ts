// Time zones by their IANA names: which exist, and how far their clocks are from UTC at a time.
import { LRUCache } from 'lru-cache'

/** All times and lengths are milliseconds; `start` and `end` are since 1970 UTC. `end` is not included. */
export type OffsetPeriod = { start: number; end: number; offset: number }

/** Returns whether it is the name of a time zone. An offset such as `+01:00` is not a name. */
export function isTimeZone(name: string): boolean {
  if (!/^[a-z]/i.test(name)) return false
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone: name }))
  } catch {
    return false
  }
}

/**
 * Returns the periods from `from` to `to` in which the offset of the zone from UTC does not change, in order and without
 * gaps. Throws a RangeError if there is no such zone.
 */
export function* offsetPeriods(zone: string, from: number, to: number): Generator<OffsetPeriod> {
  let start = from
  for (let year = yearOf(from); start < to; year++) {
    const periods = periodsOf(zone, year)
    for (const period of periods) {
      const end = Math.min(period.end, to)
      if (start < end) yield { start, end, offset: period.offset }
      start = Math.max(start, end)
    }
  }
}

const SECOND = 1_000
const DAY = 86_400 * SECOND

const yearOf = (time: number): number => new Date(time).getUTCFullYear()

const years = new LRUCache<string, OffsetPeriod[]>({ max: 5_000 })

/** Returns the periods of a year in UTC. Two changes within one day that cancel each other are not found: there are none. */
function periodsOf(zone: string, year: number): OffsetPeriod[] {
  const key = `${zone} ${year}`
  const known = years.get(key)
  if (known) return known
  const end = Date.UTC(year + 1, 0)
  const periods: OffsetPeriod[] = [{ start: Date.UTC(year, 0), end, offset: offsetAt(zone, Date.UTC(year, 0)) }]
  for (let day = Date.UTC(year, 0) + DAY; day <= end; day += DAY) {
    const offset = offsetAt(zone, day)
    const last = periods.at(-1) as OffsetPeriod
    if (offset === last.offset) continue
    const change = changeBetween(zone, day - DAY, day)
    last.end = change
    if (change < end) periods.push({ start: change, end, offset })
  }
  years.set(key, periods)
  return periods
}

/** Returns the first second with the later of two different offsets. */
function changeBetween(zone: string, before: number, after: number): number {
  const offset = offsetAt(zone, before)
  let [low, high] = [before, after]
  while (high - low > SECOND) {
    const middle = low + Math.floor((high - low) / 2 / SECOND) * SECOND
    if (offsetAt(zone, middle) === offset) low = middle
    else high = middle
  }
  return high
}

/** Returns what to add to a whole second in UTC for the time on the wall. */
function offsetAt(zone: string, time: number): number {
  const parts: Record<string, number> = {}
  for (const { type, value } of clockOf(zone).formatToParts(time)) parts[type] = Number(value)
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts
  return Date.UTC(year, month - 1, day, hour, minute, second) - time
}

const clocks = new LRUCache<string, Intl.DateTimeFormat>({ max: 1_000 })

function clockOf(zone: string): Intl.DateTimeFormat {
  const known = clocks.get(zone)
  if (known) return known
  const clock = new Intl.DateTimeFormat('en', {
    ...{ timeZone: zone, calendar: 'gregory', numberingSystem: 'latn', hourCycle: 'h23' },
    ...{ year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' },
  })
  clocks.set(zone, clock)
  return clock
}
