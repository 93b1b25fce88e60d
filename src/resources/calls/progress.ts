// How far a call is: its state follows from its times, and its times from its state. Without side effects.
import { invalid } from '#http/errors.ts'

export const STATES = ['initiated', 'queued', 'in-progress', 'completed'] as const
export type CallState = (typeof STATES)[number]

export type Progress = {
  state: CallState
  initiated_at: Date
  answered_at: Date | null
  ended_at: Date | null
  ended_reason: string | null
}

export type GivenProgress = {
  state?: CallState | undefined
  initiated_at?: Date | undefined
  answered_at?: Date | undefined
  ended_at?: Date | undefined
  ended_reason?: string | null | undefined
}

/**
 * Returns the progress of a call after a request. `before`: the call as it was, absent for a new one. A given state that
 * needs a time takes `now`; a time that is given moves the state on. Nothing moves it back.
 * @throws a 400 that names the field that does not fit
 */
export function progressed(before: Progress | undefined, given: GivenProgress, now: Date): Progress {
  const initiated_at = given.initiated_at ?? before?.initiated_at ?? given.answered_at ?? given.ended_at ?? now
  const ended_at = given.ended_at ?? before?.ended_at ?? (given.state === 'completed' ? now : null)
  const is_answered_now = given.state === 'in-progress' && !ended_at
  const answered_at = given.answered_at ?? before?.answered_at ?? (is_answered_now ? now : null)
  assertOrder({ initiated_at, answered_at, ended_at })
  const state = stateOf({ answered_at, ended_at }, given.state ?? before?.state)
  if (given.state && given.state !== state)
    throw invalid(`state must be ${state}, because the call has ${ended_at ? 'ended_at' : 'answered_at'}`)
  if (given.ended_reason && !ended_at) throw invalid('ended_reason needs ended_at')
  const reason = answered_at ? 'answered' : 'missed'
  const ended_reason = ended_at ? (given.ended_reason ?? before?.ended_reason ?? reason) : null
  return { state, initiated_at, answered_at, ended_at, ended_reason }
}

type Times = Pick<Progress, 'initiated_at' | 'answered_at' | 'ended_at'>

function stateOf({ answered_at, ended_at }: Pick<Times, 'answered_at' | 'ended_at'>, wanted?: CallState): CallState {
  if (ended_at) return 'completed'
  if (answered_at) return 'in-progress'
  return wanted === 'queued' ? 'queued' : 'initiated'
}

function assertOrder({ initiated_at, answered_at, ended_at }: Times) {
  if (answered_at && answered_at < initiated_at) throw invalid('answered_at must not be before initiated_at')
  if (ended_at && ended_at < (answered_at ?? initiated_at))
    throw invalid(`ended_at must not be before ${answered_at ? 'answered_at' : 'initiated_at'}`)
}

/** All in seconds; null if it does not apply, or not yet. */
export type Timings = {
  duration: number | null
  talk_time: number | null
  queue_time: number | null
  hold_time: number | null
}

type Timed = Times & Omit<Timings, 'duration'> & { direction: 'inbound' | 'outbound' }

/** Returns the timings of a call: as the caller experienced them. `talk_time` is computed if it was not given. */
export function timingsOf({ direction, initiated_at, answered_at, ended_at, ...given }: Timed): Timings {
  const { talk_time, queue_time, hold_time } = given
  const connected = secondsBetween(answered_at, ended_at)
  return {
    duration: direction === 'inbound' ? secondsBetween(initiated_at, ended_at) : connected,
    talk_time: talk_time ?? (connected === null ? null : Math.max(connected - (hold_time ?? 0), 0)),
    queue_time,
    hold_time,
  }
}

const secondsBetween = (from: Date | null, to: Date | null): number | null =>
  from && to ? Math.floor((to.getTime() - from.getTime()) / 1000) : null
