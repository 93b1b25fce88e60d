// Office hours against a slow definition of them, in all time zones; and by hand, where clocks do odd things.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isTimeZone } from '#lib/time-zones.ts'
import { afterOpenSeconds, type Calendar, isOpenAt, nextOpening, openSeconds } from './calendar.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const [FIRST, LAST] = [Date.UTC(2020, 0), Date.UTC(2031, 0)]

const at = (text: string) => new Date(text)
const WEEKDAYS_9_TO_5 = [0, 1, 2, 3, 4].map((day) => ({
  start_minute: day * 1440 + 540,
  end_minute: day * 1440 + 1020,
}))
const ALWAYS = [{ start_minute: 0, end_minute: 10_080 }]
const calendar = (time_zone_name: string, changes: Partial<Calendar> = {}): Calendar => ({
  ...{ time_zone_name, time_intervals: WEEKDAYS_9_TO_5, exceptions: [] },
  ...changes,
})

const SHOWN: Intl.DateTimeFormatOptions = {
  ...{ year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' },
  hourCycle: 'h23',
}
const clocks = new Map<string, Intl.DateTimeFormat>()
function clockOf(zone: string) {
  const clock = clocks.get(zone) ?? new Intl.DateTimeFormat('sv-SE', { timeZone: zone, ...SHOWN })
  clocks.set(zone, clock)
  return clock
}

/** The definition: read the clock on the wall, and look for its time in the intervals of the date. */
function isOpenByTheClock({ time_zone_name, time_intervals, exceptions }: Calendar, time: number): boolean {
  const shown = clockOf(time_zone_name).format(time)
  const date = shown.slice(0, 10)
  const minute = Number(shown.slice(11, 13)) * 60 + Number(shown.slice(14, 16))
  const exception =
    exceptions.find(({ exception_date }) => exception_date === date) ??
    exceptions.find(
      (e) => e.recurring_annually && e.exception_date < date && e.exception_date.slice(4) === date.slice(4),
    )
  if (exception) return (exception.time_intervals ?? []).some((i) => i.start_minute <= minute && minute < i.end_minute)
  const minute_of_week = ((new Date(date).getUTCDay() + 6) % 7) * 1440 + minute
  return time_intervals.some((i) => i.start_minute <= minute_of_week && minute_of_week < i.end_minute)
}

/** Counts by the minute. Offsets are whole minutes in these years. */
function openSecondsByTheClock(calendar: Calendar, from: number, to: number): number {
  let open = 0
  for (let minute = Math.floor(from / MINUTE) * MINUTE; minute < to; minute += MINUTE) {
    if (isOpenByTheClock(calendar, minute)) open += Math.min(to, minute + MINUTE) - Math.max(from, minute)
  }
  return open / 1000
}

/** Intervals on the grid of 15 minutes that do not overlap. */
const intervals = (end: number, maxLength: number) =>
  fc.uniqueArray(fc.integer({ min: 0, max: end / 15 }), { maxLength: maxLength * 2 }).map((marks) => {
    const ends = marks.map((mark) => mark * 15).sort((a, b) => a - b)
    return Array.from({ length: Math.floor(ends.length / 2) }, (_, n) => ({
      start_minute: ends[2 * n] as number,
      end_minute: ends[2 * n + 1] as number,
    }))
  })

const dateNear = (time: number) =>
  fc.integer({ min: -3, max: 3 }).map((days) => new Date(time + days * DAY).toISOString().slice(0, 10))

const calendarNear = (zone: string, time: number) =>
  fc.record({
    time_zone_name: fc.constant(zone),
    time_intervals: intervals(10_080, 12),
    exceptions: fc.uniqueArray(
      fc.record({
        exception_date: fc.tuple(dateNear(time), fc.integer({ min: 0, max: 2 })).map(yearsBefore),
        recurring_annually: fc.boolean(),
        time_intervals: fc.option(intervals(1440, 3)),
      }),
      { maxLength: 4, selector: ({ exception_date }) => exception_date.slice(4) },
    ),
  })

function yearsBefore([date, years]: [string, number]): string {
  const before = `${Number(date.slice(0, 4)) - years}${date.slice(4)}`
  return Number.isNaN(Date.parse(before)) || !new Date(before).toISOString().startsWith(before) ? date : before
}

const offsetAt = (zone: string, time: number) => Date.parse(`${clockOf(zone).format(time).replace(' ', 'T')}Z`) - time

/** Returns the days in which the zone changes its clocks. */
function daysOfChange(zone: string): number[] {
  const days: number[] = []
  for (let day = FIRST; day < LAST; day += 7 * DAY) {
    if (offsetAt(zone, day) === offsetAt(zone, day + 7 * DAY)) continue
    for (let n = 0; n < 7; n++)
      if (offsetAt(zone, day + n * DAY) !== offsetAt(zone, day + (n + 1) * DAY)) days.push(day + n * DAY)
  }
  return days
}

function agrees(calendar: Calendar, from: number, to: number) {
  assert.equal(openSeconds(calendar, new Date(from), new Date(to)), openSecondsByTheClock(calendar, from, to))
  assert.equal(isOpenAt(calendar, new Date(from)), isOpenByTheClock(calendar, from))
  const next = nextOpening(calendar, new Date(from))
  if (next === null || next.getTime() >= to) assert.equal(openSecondsByTheClock(calendar, from, to), 0)
  else {
    assert.equal(openSecondsByTheClock(calendar, from, next.getTime()), 0)
    assert.ok(isOpenByTheClock(calendar, next.getTime()))
  }
}

test('in every time zone, around changes of the clock and at other times, they are what the clock on the wall shows', () => {
  const zones = [...Intl.supportedValuesOf('timeZone'), 'UTC', 'US/Eastern', 'Asia/Calcutta', 'Pacific/Samoa']
  assert.ok(zones.length > 400)
  for (const zone of zones) {
    const changes = daysOfChange(zone)
    const anyTime = fc.integer({ min: FIRST / 1000, max: LAST / 1000 - 200_000 })
    const nearChange = changes.map((day) => fc.integer({ min: day / 1000 - 86_400, max: day / 1000 + 86_400 }))
    const start = fc.oneof(anyTime, ...nearChange)
    const runs = start.chain((second) =>
      fc.tuple(calendarNear(zone, second * 1000), fc.constant(second), fc.integer({ min: 0, max: 130_000 })),
    )
    fc.assert(
      fc.property(runs, ([calendar, second, length]) => agrees(calendar, second * 1000, (second + length) * 1000)),
      { numRuns: Number(process.env['RUNS_PER_ZONE'] ?? 1) },
    )
  }
})

test('the open time of a whole is that of its parts, over years; and a deadline is as far away as it says', () => {
  const zones = fc.constantFrom('Europe/Dublin', 'Australia/Lord_Howe', 'Africa/Casablanca', 'America/St_Johns')
  const second = fc.integer({ min: FIRST / 1000, max: LAST / 1000 })
  const runs = fc
    .tuple(zones, second)
    .chain(([zone, time]) =>
      fc.tuple(calendarNear(zone, time * 1000), second, second, second, fc.integer({ min: 1, max: 5_000_000 })),
    )
  fc.assert(
    fc.property(runs, ([calendar, a, b, c, wanted]) => {
      const [from, middle, to] = [a, b, c].sort((x, y) => x - y).map((time) => new Date(time * 1000)) as [
        Date,
        Date,
        Date,
      ]
      const parts = openSeconds(calendar, from, middle) + openSeconds(calendar, middle, to)
      assert.equal(openSeconds(calendar, from, to), parts)
      const deadline = afterOpenSeconds(calendar, from, wanted)
      if (deadline === null) return
      assert.equal(openSeconds(calendar, from, deadline), wanted)
      assert.ok(isOpenAt(calendar, new Date(deadline.getTime() - 1)))
    }),
    { numRuns: 100 },
  )
})

test('an hour that the clock skips is not open, and one that it shows twice is open twice', () => {
  const night = (zone: string) => calendar(zone, { time_intervals: [{ start_minute: 8_700, end_minute: 8_880 }] })
  const cases: [zone: string, from: string, to: string, seconds: number][] = [
    // Sunday 01:00 to 04:00.
    ['Europe/Dublin', '2026-03-28T12:00Z', '2026-03-30T12:00Z', 2 * 3600],
    ['Europe/Dublin', '2026-10-24T12:00Z', '2026-10-26T12:00Z', 4 * 3600],
    ['America/New_York', '2026-03-08T00:00Z', '2026-03-09T00:00Z', 2 * 3600],
    ['America/New_York', '2026-11-01T00:00Z', '2026-11-02T00:00Z', 4 * 3600],
    ['Australia/Lord_Howe', '2026-10-03T00:00Z', '2026-10-05T00:00Z', 2.5 * 3600],
    ['Australia/Lord_Howe', '2026-04-04T00:00Z', '2026-04-06T00:00Z', 3.5 * 3600],
    ['Antarctica/Troll', '2026-03-28T12:00Z', '2026-03-30T12:00Z', 1 * 3600],
    ['Asia/Kolkata', '2026-03-28T12:00Z', '2026-03-30T12:00Z', 3 * 3600],
  ]
  for (const [zone, from, to, seconds] of cases) {
    assert.equal(openSeconds(night(zone), at(from), at(to)), seconds, `${zone} ${from}`)
  }
})

test('a date that a zone skips has no open time, and a week in it is a day shorter', () => {
  const apia = calendar('Pacific/Apia', { time_intervals: ALWAYS })
  assert.equal(openSeconds(apia, at('2011-12-26T12:00Z'), at('2012-01-02T12:00Z')), 7 * 86_400)
  const friday = [{ start_minute: 4 * 1440, end_minute: 5 * 1440 }]
  const fridays = calendar('Pacific/Apia', { time_intervals: friday })
  assert.equal(openSeconds(fridays, at('2011-12-26T12:00Z'), at('2012-01-02T12:00Z')), 0)
  assert.equal(nextOpening(fridays, at('2011-12-29T12:00Z'))?.toISOString(), '2012-01-05T10:00:00.000Z')
})

test('opening that falls into the skipped hour begins when the clock goes on', () => {
  const early = calendar('Europe/Berlin', { time_intervals: [{ start_minute: 8_790, end_minute: 8_880 }] })
  // Sunday 02:30 to 04:00; the clock goes from 02:00 to 03:00.
  assert.equal(nextOpening(early, at('2026-03-28T12:00Z'))?.toISOString(), '2026-03-29T01:00:00.000Z')
})

test('the next opening is now, later today, after a weekend, after exceptions, or never', () => {
  const closed = (exception_date: string, recurring_annually = false) => ({
    ...{ exception_date, recurring_annually, time_intervals: null },
  })
  const dublin = calendar('Europe/Dublin', {
    exceptions: [
      closed('2025-12-25', true),
      closed('2026-12-24'),
      {
        exception_date: '2026-12-26',
        recurring_annually: false,
        time_intervals: [{ start_minute: 600, end_minute: 720 }],
      },
    ],
  })
  const cases: [from: string, next: string][] = [
    ['2026-06-01T10:00:00.123Z', '2026-06-01T10:00:00.123Z'],
    ['2026-06-01T07:59:59.999Z', '2026-06-01T08:00:00.000Z'],
    ['2026-06-05T16:00:00.000Z', '2026-06-08T08:00:00.000Z'],
    ['2026-12-23T17:00:00.000Z', '2026-12-26T10:00:00.000Z'],
    ['2026-12-26T12:00:00.000Z', '2026-12-28T09:00:00.000Z'],
  ]
  for (const [from, next] of cases) assert.equal(nextOpening(dublin, at(from))?.toISOString(), next)
  assert.equal(nextOpening(calendar('UTC', { time_intervals: [] }), at('2026-06-01')), null)
  assert.equal(afterOpenSeconds(calendar('UTC', { time_intervals: [] }), at('2026-06-01'), 1), null)
  assert.equal(isOpenAt(dublin, at('2024-12-25T10:00Z')), true, 'an annual exception begins with its date')
})

test('a day of leap years, and a date in the far future, are found', () => {
  const hours = [{ start_minute: 0, end_minute: 60 }]
  const leap = { exception_date: '2024-02-29', recurring_annually: true, time_intervals: hours }
  const far = { exception_date: '2999-12-31', recurring_annually: false, time_intervals: hours }
  const only = calendar('UTC', { time_intervals: [], exceptions: [far, leap] })
  assert.equal(nextOpening(only, at('2024-03-01'))?.toISOString(), '2028-02-29T00:00:00.000Z')
  assert.equal(nextOpening(only, at('2096-03-01'))?.toISOString(), '2104-02-29T00:00:00.000Z')
  const later = calendar('UTC', { time_intervals: [], exceptions: [far] })
  assert.equal(nextOpening(later, at('2026-01-01'))?.toISOString(), '2999-12-31T00:00:00.000Z')
  assert.equal(nextOpening(later, at('2999-12-31T01:00Z')), null)
})

test('names of zones are those of IANA', () => {
  for (const name of ['Europe/Dublin', 'UTC', 'US/Eastern', 'Etc/GMT+5']) assert.ok(isTimeZone(name), name)
  for (const name of ['', '+01:00', 'Mars/Olympus', 'Eastern Time (US & Canada)', ' UTC', '../UTC'])
    assert.ok(!isTimeZone(name), name)
})
