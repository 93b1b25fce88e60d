// What becomes of an applied SLA: its targets begin, pause, are hit or missed. Pure functions; times are Unix seconds.
import { epoch, fromEpoch } from '#http/types.ts'
import { afterOpenSeconds, type Calendar, openSeconds } from '#resources/office-hours/calendar.ts'

export const TARGETS = ['first_reply_time', 'next_reply_time', 'resolution_time', 'time_to_close'] as const
export type Target = (typeof TARGETS)[number]

/** The seconds for each target; null: no target. */
export type Definition = Record<Target, number | null>

/** `due_at` null: never, because the office never opens. `left`: the seconds that are left while it is paused. */
type Running = { due_at: number | null } | { left: number }

export type AppliedSla = {
  sla_id: string
  sla_name: string
  definition: Definition
  in_office_hours: boolean
  running: Partial<Record<Target, Running>>
  /** How each target ended last, or `active`. */
  states: Partial<Record<Target, 'active' | 'hit' | 'missed'>>
  hits: number
  misses: number
  paused: boolean
  removed: boolean
}

/** Something that happened to the conversation at a time; `after` are facts of the conversation afterwards. */
export type Happening = {
  at: number
  calendar: Calendar | null
  /** An admin replied. */
  replied?: boolean
  /** The contact began to wait. */
  waits?: boolean
  closed?: boolean
  /** It was closed, and is open again. */
  reopened?: boolean
  after: { is_snoozed: boolean; has_reply: boolean }
}

/** What a part says: a target was missed, or all of them were paused or run again. */
export type SlaNews = { type: 'target_missed'; target: Target } | { type: 'paused' } | { type: 'unpaused' }

export type Progress = { sla: AppliedSla; news: SlaNews[] }

type Rule = Pick<AppliedSla, 'sla_id' | 'sla_name' | 'definition' | 'in_office_hours'>
/** The conversation to which an SLA is applied. */
type Present = { is_closed: boolean; is_snoozed: boolean; is_waiting: boolean; has_reply: boolean }

const ON_REPLY = ['first_reply_time', 'next_reply_time'] as const
const ON_CLOSE = ['resolution_time', 'time_to_close'] as const

/** Returns the SLA as it begins. All targets count from now on, even if the contact has been waiting. */
export function begin(rule: Rule, at: number, calendar: Calendar | null, present: Present): AppliedSla {
  const sla: AppliedSla = {
    ...{ ...rule, running: {}, states: {}, hits: 0, misses: 0, paused: false, removed: false },
  }
  const clock = clockOf(sla, calendar)
  if (present.is_waiting) start(sla, present.has_reply ? 'next_reply_time' : 'first_reply_time', at, clock)
  if (!present.is_closed) for (const target of ON_CLOSE) start(sla, target, at, clock)
  if (present.is_snoozed) pause(sla, at, clock)
  return sla
}

/** Returns the SLA after something happened. A target that was due before is missed; one that is due at this second is not. */
export function follow(before: AppliedSla, { at, calendar, after, ...happened }: Happening): Progress {
  if (before.removed) return { sla: before, news: [] }
  const sla = structuredClone(before)
  const clock = clockOf(sla, calendar)
  const news: SlaNews[] = missDue(sla, at).map((target) => ({ type: 'target_missed', target }))
  if (happened.replied) for (const target of ON_REPLY) hit(sla, target)
  if (happened.closed) {
    for (const target of ON_CLOSE) hit(sla, target)
    for (const target of ON_REPLY) drop(sla, target)
  }
  if (sla.paused && !after.is_snoozed) {
    resume(sla, at, clock)
    news.push({ type: 'unpaused' })
  }
  if (happened.reopened) for (const target of ON_CLOSE) if (!sla.states[target]) start(sla, target, at, clock)
  if (happened.waits) start(sla, after.has_reply ? 'next_reply_time' : 'first_reply_time', at, clock)
  if (!sla.paused && after.is_snoozed && Object.keys(sla.running).length) {
    pause(sla, at, clock)
    news.push({ type: 'paused' })
  }
  return { sla, news }
}

/** Returns when the next running target is due; null if none is. */
export function nextDue({ running, removed }: AppliedSla): number | null {
  const due = Object.values(running).flatMap((target) =>
    'due_at' in target && target.due_at !== null ? target.due_at : [],
  )
  return removed || !due.length ? null : Math.min(...due)
}

export const statusOf = ({ hits, misses }: AppliedSla): 'missed' | 'hit' | 'active' =>
  misses ? 'missed' : hits ? 'hit' : 'active'

type SlaClock = {
  dueAfter(at: number, seconds: number): number | null
  secondsUntil(at: number, due_at: number): number
}

const ALL_HOURS: SlaClock = {
  dueAfter: (at, seconds) => at + seconds,
  secondsUntil: (at, due_at) => Math.max(0, due_at - at),
}

function clockOf({ in_office_hours }: AppliedSla, calendar: Calendar | null): SlaClock {
  if (!in_office_hours || !calendar) return ALL_HOURS
  return {
    dueAfter(at, seconds) {
      const due = afterOpenSeconds(calendar, fromEpoch(at), seconds)
      return due && epoch(due)
    },
    secondsUntil: (at, due_at) => openSeconds(calendar, fromEpoch(at), fromEpoch(due_at)),
  }
}

function start(sla: AppliedSla, target: Target, at: number, { dueAfter }: SlaClock) {
  const seconds = sla.definition[target]
  if (seconds === null || sla.running[target]) return
  sla.running[target] = { due_at: dueAfter(at, seconds) }
  sla.states[target] = 'active'
}

function hit(sla: AppliedSla, target: Target) {
  if (!sla.running[target]) return
  delete sla.running[target]
  sla.states[target] = 'hit'
  sla.hits++
}

/** The contact no longer waits, but has no answer: neither hit nor missed. */
function drop(sla: AppliedSla, target: Target) {
  if (!sla.running[target]) return
  delete sla.running[target]
  delete sla.states[target]
}

function missDue(sla: AppliedSla, at: number): Target[] {
  const missed = TARGETS.filter((target) => {
    const running = sla.running[target]
    return running && 'due_at' in running && running.due_at !== null && running.due_at < at
  })
  for (const target of missed) {
    delete sla.running[target]
    sla.states[target] = 'missed'
    sla.misses++
  }
  return missed
}

/** A target that is never due stays so: the office never opens. */
function pause(sla: AppliedSla, at: number, { secondsUntil }: SlaClock) {
  sla.paused = true
  for (const target of TARGETS) {
    const running = sla.running[target]
    if (running && 'due_at' in running && running.due_at !== null)
      sla.running[target] = { left: secondsUntil(at, running.due_at) }
  }
}

function resume(sla: AppliedSla, at: number, { dueAfter }: SlaClock) {
  sla.paused = false
  for (const target of TARGETS) {
    const running = sla.running[target]
    if (running && 'left' in running) sla.running[target] = { due_at: dueAfter(at, running.left) }
  }
}
