// The targets of an SLA, by hand and against a clock that counts every second.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Calendar, isOpenAt } from '#resources/office-hours/calendar.ts'
import { type AppliedSla, begin, type Definition, follow, type Happening, nextDue, statusOf } from './progress.ts'

/** A Monday, 10:00 UTC. */
const START = Date.parse('2026-03-02T10:00:00Z') / 1000
const NONE: Definition = { first_reply_time: null, next_reply_time: null, resolution_time: null, time_to_close: null }
const rule = (definition: Partial<Definition>) => ({
  ...{ sla_id: '1', sla_name: 'Gold', definition: { ...NONE, ...definition }, in_office_hours: true },
})
const NEW = { is_closed: false, is_snoozed: false, is_waiting: true, has_reply: false }
const OPEN = { is_snoozed: false, has_reply: true }
const SNOOZED = { is_snoozed: true, has_reply: false }

const NINE_TO_FIVE: Calendar = {
  time_zone_name: 'UTC',
  time_intervals: [0, 1, 2, 3, 4].map((day) => ({ start_minute: day * 1440 + 540, end_minute: day * 1440 + 1020 })),
  exceptions: [],
}

/** Follows the happenings, each with its seconds after the start. Returns the states, and what was told. */
function story(
  definition: Partial<Definition>,
  happenings: [seconds: number, happening: Partial<Happening>][],
  { calendar = null, present = NEW }: { calendar?: Calendar | null; present?: typeof NEW } = {},
) {
  let sla = begin(rule(definition), START, calendar, present)
  const told: string[] = []
  for (const [seconds, happening] of happenings) {
    const followed = follow(sla, { at: START + seconds, calendar, after: OPEN, ...happening })
    sla = followed.sla
    told.push(...followed.news.map((news) => ('target' in news ? `${news.type} ${news.target}` : news.type)))
  }
  const due = nextDue(sla)
  return { status: statusOf(sla), states: sla.states, told, due: due === null ? null : due - START }
}

test('a target that ends later is missed, once', () => {
  const late = story({ first_reply_time: 60 }, [
    [61, {}],
    [70, { replied: true }],
    [80, {}],
  ])
  assert.deepEqual(late, {
    ...{
      status: 'missed',
      states: { first_reply_time: 'missed' },
      told: ['target_missed first_reply_time'],
      due: null,
    },
  })
  assert.equal(story({ time_to_close: 60 }, [[61, { closed: true }]]).status, 'missed')
  assert.equal(story({ resolution_time: 60 }, [[61, { closed: true }]]).status, 'missed')
  assert.equal(
    story({ next_reply_time: 60, first_reply_time: 90 }, [
      [10, { replied: true }],
      [20, { waits: true }],
      [81, { replied: true }],
    ]).status,
    'missed',
  )
})

test('a target that ends in time, or at its last second, is hit', () => {
  const cases: [Partial<Definition>, [number, Partial<Happening>][], string][] = [
    [{ first_reply_time: 60 }, [], 'active'],
    [{ first_reply_time: 60 }, [[60, {}]], 'active'],
    [{ first_reply_time: 60 }, [[60, { replied: true }]], 'hit'],
    [{ time_to_close: 60 }, [[1, { replied: true }]], 'active'],
    [{ time_to_close: 60 }, [[60, { closed: true }]], 'hit'],
    [{ resolution_time: 60 }, [[60, { closed: true }]], 'hit'],
    [{ next_reply_time: 60 }, [[1, { replied: true }]], 'active'],
    [
      { next_reply_time: 60 },
      [
        [1, { replied: true }],
        [500, { waits: true }],
        [560, { replied: true }],
      ],
      'hit',
    ],
    // A close without a reply ends the wait: the first reply is neither hit nor missed.
    [
      { first_reply_time: 60 },
      [
        [10, { closed: true }],
        [100, {}],
      ],
      'active',
    ],
    [
      { first_reply_time: 60 },
      [
        [10, { closed: true }],
        [100, { waits: true, reopened: true, after: { ...OPEN, has_reply: false } }],
        [150, { replied: true }],
      ],
      'hit',
    ],
    // One miss outweighs any hit.
    [{ first_reply_time: 60, time_to_close: 20 }, [[30, { replied: true }]], 'missed'],
    // The time to close counts once.
    [
      { time_to_close: 60 },
      [
        [10, { closed: true }],
        [20, { reopened: true }],
        [200, { closed: true }],
      ],
      'hit',
    ],
  ]
  for (const [definition, happenings, status] of cases)
    assert.equal(story(definition, happenings).status, status, JSON.stringify([definition, happenings]))
})

test('the time of a snooze does not count', () => {
  const snoozed = story({ time_to_close: 60, first_reply_time: 100 }, [[20, { after: SNOOZED }]])
  assert.deepEqual([snoozed.told, snoozed.due], [['paused'], null])
  const woken = story({ time_to_close: 60, first_reply_time: 100 }, [
    [20, { after: SNOOZED }],
    [5_000, { after: SNOOZED }],
    [10_000, {}],
  ])
  assert.deepEqual([woken.told, woken.due, woken.status], [['paused', 'unpaused'], 10_040, 'active'])
  const replied = story({ first_reply_time: 100 }, [
    [20, { after: SNOOZED }],
    [10_000, { replied: true }],
  ])
  assert.deepEqual([replied.told, replied.status], [['paused', 'unpaused'], 'hit'])
  const begun_snoozed = story({ time_to_close: 60 }, [[500, {}]], { present: { ...NEW, is_snoozed: true } })
  assert.deepEqual([begun_snoozed.told, begun_snoozed.due], [['unpaused'], 560])
})

test('the time out of office hours does not count, and an office that never opens misses nothing', () => {
  const HOUR = 3_600
  const calendar = NINE_TO_FIVE
  assert.equal(story({ first_reply_time: 8 * HOUR }, [], { calendar }).due, 24 * HOUR)
  assert.equal(story({ first_reply_time: 8 * HOUR }, [[23 * HOUR, { replied: true }]], { calendar }).status, 'hit')
  const over_night = story(
    { time_to_close: 8 * HOUR },
    [
      [6 * HOUR, { after: SNOOZED }],
      [23 * HOUR + 1800, {}],
    ],
    { calendar },
  )
  assert.equal(over_night.due, 23 * HOUR + 1800 + 2 * HOUR)
  const never = story({ time_to_close: 1 }, [[1e8, { closed: true }]], {
    calendar: { ...calendar, time_intervals: [] },
  })
  assert.deepEqual([never.due, never.status], [null, 'hit'])
})

test('an SLA that was removed changes no more', () => {
  const sla: AppliedSla = { ...begin(rule({ first_reply_time: 1 }), START, null, NEW), removed: true }
  const { sla: after, news } = follow(sla, { at: START + 100, calendar: null, replied: true, after: OPEN })
  assert.deepEqual([after, news, nextDue(after)], [sla, [], null])
})

/** Quarters of an hour that are open and closed in turn, all week. */
const STRIPES: Calendar = {
  time_zone_name: 'UTC',
  time_intervals: Array.from({ length: 336 }, (_, n) => ({ start_minute: n * 30, end_minute: n * 30 + 15 })),
  exceptions: [],
}

test('over random happenings, targets end as a clock says that counts every second', () => {
  const target = fc.option(
    fc.integer({ min: 0, max: 1_500 }).map((n) => 2 * n + 1),
    { nil: null },
  )
  // At even seconds, while targets are odd: none is due at the second of a happening.
  const happening = fc.tuple(
    fc.integer({ min: 1, max: 600 }).map((n) => 2 * n),
    fc.constantFrom('replied', 'waits', 'closed', 'reopened', 'snoozed', 'woken', 'nothing'),
  )
  fc.assert(
    fc.property(
      target,
      target,
      target,
      fc.array(happening, { maxLength: 14 }),
      fc.boolean(),
      (f, n, c, happenings, in_hours) => {
        const definition = { ...NONE, first_reply_time: f, next_reply_time: n, time_to_close: c }
        const calendar = in_hours ? STRIPES : null
        let sla = begin(rule(definition), START, calendar, NEW)
        const clocks = new Map<string, number>()
        const ended = new Map<string, string>()
        const run = (name: keyof Definition) => {
          if (definition[name] !== null && !clocks.has(name)) {
            clocks.set(name, definition[name] as number)
            ended.set(name, 'active')
          }
        }
        const end = (name: string) => {
          if (clocks.delete(name)) ended.set(name, 'hit')
        }
        run('first_reply_time')
        run('time_to_close')
        const now = { at: START, is_closed: false, is_snoozed: false, has_reply: false, is_waiting: true }
        for (const [seconds, what] of happenings) {
          for (let second = now.at; second < now.at + seconds; second++) {
            if (now.is_snoozed || (calendar && !isOpenAt(calendar, new Date(second * 1000)))) continue
            for (const [name, left] of clocks) {
              clocks.set(name, left - 1)
              if (left > 1) continue
              clocks.delete(name)
              ended.set(name, 'missed')
            }
          }
          now.at += seconds
          const replied = what === 'replied' && !now.is_closed
          const closed = what === 'closed' && !now.is_closed
          const waits = what === 'waits' && !now.is_waiting
          const reopened = ['reopened', 'waits'].includes(what) && now.is_closed
          const after = {
            is_snoozed: what === 'snoozed' ? !now.is_closed : what === 'nothing' ? now.is_snoozed : false,
            has_reply: now.has_reply,
          }
          if (replied) for (const name of ['first_reply_time', 'next_reply_time']) end(name)
          if (closed) {
            end('time_to_close')
            for (const name of ['first_reply_time', 'next_reply_time']) if (clocks.delete(name)) ended.delete(name)
          }
          if (reopened && !ended.has('time_to_close')) run('time_to_close')
          if (waits) run(now.has_reply ? 'next_reply_time' : 'first_reply_time')
          Object.assign(now, {
            is_closed: closed || (now.is_closed && !reopened),
            is_snoozed: after.is_snoozed,
            has_reply: now.has_reply || replied,
            is_waiting: waits || (now.is_waiting && !replied && !closed),
          })
          sla = follow(sla, { at: now.at, calendar, replied, closed, waits, reopened, after }).sla
          assert.deepEqual(sla.states, Object.fromEntries(ended), JSON.stringify(happenings))
        }
      },
    ),
    { numRuns: Number(process.env['SLA_RUNS'] ?? 50) },
  )
})
