// How far a call is, and how long it took.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type GivenProgress, type Progress, progressed, timingsOf } from './progress.ts'

const at = (seconds: number) => new Date(1_780_000_000_000 + seconds * 1000)
const NOW = at(1_000)

const BEFORE: Record<string, Progress | undefined> = {
  none: undefined,
  queued: { state: 'queued', initiated_at: at(0), answered_at: null, ended_at: null, ended_reason: null },
  answered: { state: 'in-progress', initiated_at: at(0), answered_at: at(10), ended_at: null, ended_reason: null },
  ended: { state: 'completed', initiated_at: at(0), answered_at: at(10), ended_at: at(100), ended_reason: 'answered' },
}

test('times and states that do not fit are refused, with the name of the field', () => {
  const cases: [before: string, given: GivenProgress, message: string][] = [
    ['none', { initiated_at: at(10), answered_at: at(9) }, 'answered_at must not be before initiated_at'],
    ['none', { initiated_at: at(10), ended_at: at(9) }, 'ended_at must not be before initiated_at'],
    ['answered', { ended_at: at(9) }, 'ended_at must not be before answered_at'],
    ['answered', { initiated_at: at(11) }, 'answered_at must not be before initiated_at'],
    ['ended', { answered_at: at(101) }, 'ended_at must not be before answered_at'],
    ['none', { state: 'queued', answered_at: at(1) }, 'state must be in-progress, because the call has answered_at'],
    ['none', { state: 'in-progress', ended_at: at(1_001) }, 'state must be completed, because the call has ended_at'],
    ['answered', { state: 'initiated' }, 'state must be in-progress, because the call has answered_at'],
    ['answered', { state: 'queued' }, 'state must be in-progress, because the call has answered_at'],
    ['ended', { state: 'in-progress' }, 'state must be completed, because the call has ended_at'],
    ['answered', { ended_reason: 'answered' }, 'ended_reason needs ended_at'],
    ['none', { ended_reason: 'answered', state: 'queued' }, 'ended_reason needs ended_at'],
  ]
  for (const [before, given, message] of cases)
    assert.throws(() => progressed(BEFORE[before], given, NOW), { status: 400, message }, message)
})

test('a state takes the present time, and a time moves the state on', () => {
  const cases: [before: string, given: GivenProgress, expected: string][] = [
    ['none', {}, 'initiated 1000 - - -'],
    ['none', { state: 'queued' }, 'queued 1000 - - -'],
    ['none', { state: 'in-progress' }, 'in-progress 1000 1000 - -'],
    ['none', { state: 'completed' }, 'completed 1000 - 1000 missed'],
    ['none', { answered_at: at(7) }, 'in-progress 7 7 - -'],
    ['none', { ended_at: at(7) }, 'completed 7 - 7 missed'],
    ['none', { answered_at: at(7), ended_at: at(9) }, 'completed 7 7 9 answered'],
    ['none', { ended_at: at(7), ended_reason: 'abandoned' }, 'completed 7 - 7 abandoned'],
    ['queued', {}, 'queued 0 - - -'],
    ['queued', { state: 'initiated' }, 'initiated 0 - - -'],
    ['queued', { state: 'in-progress' }, 'in-progress 0 1000 - -'],
    ['queued', { state: 'completed' }, 'completed 0 - 1000 missed'],
    ['answered', { state: 'completed' }, 'completed 0 10 1000 answered'],
    ['answered', { ended_at: at(12), state: 'completed' }, 'completed 0 10 12 answered'],
    ['ended', {}, 'completed 0 10 100 answered'],
    ['ended', { ended_reason: 'completed' }, 'completed 0 10 100 completed'],
  ]
  const second = (time: Date | null) => (time ? (time.getTime() - at(0).getTime()) / 1000 : '-')
  for (const [before, given, expected] of cases) {
    const { state, initiated_at, answered_at, ended_at, ended_reason } = progressed(BEFORE[before], given, NOW)
    const shown = [state, second(initiated_at), second(answered_at), second(ended_at), ended_reason ?? '-'].join(' ')
    assert.equal(shown, expected, `${before} ${JSON.stringify(given)}`)
  }
})

test('an inbound call lasts from its beginning, an outbound one from the answer', () => {
  const given = { talk_time: null, queue_time: null, hold_time: null }
  const times = { initiated_at: at(0), answered_at: at(10), ended_at: at(100) }
  const cases: [call: object, expected: (number | null)[]][] = [
    [{ direction: 'inbound' }, [100, 90, null, null]],
    [{ direction: 'outbound' }, [90, 90, null, null]],
    [{ direction: 'inbound', answered_at: null }, [100, null, null, null]],
    [{ direction: 'outbound', answered_at: null }, [null, null, null, null]],
    [{ direction: 'inbound', ended_at: null }, [null, null, null, null]],
    [{ direction: 'outbound', hold_time: 20 }, [90, 70, null, 20]],
    [{ direction: 'outbound', hold_time: 200 }, [90, 0, null, 200]],
    [{ direction: 'outbound', talk_time: 85, queue_time: 3, hold_time: 20 }, [90, 85, 3, 20]],
    [{ direction: 'inbound', ended_at: new Date(at(100).getTime() + 999) }, [100, 90, null, null]],
    [{ direction: 'outbound', ended_at: at(10) }, [0, 0, null, null]],
  ]
  for (const [call, expected] of cases) {
    const timings = timingsOf({ ...given, ...times, ...call } as Parameters<typeof timingsOf>[0])
    assert.deepEqual([timings.duration, timings.talk_time, timings.queue_time, timings.hold_time], expected)
  }
})
