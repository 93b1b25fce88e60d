// The schema of the clock.
import { type Static, Type } from 'typebox'
import { Epoch, epoch, epochOrNull, Nullable, named } from '#http/types.ts'
import { type Clock as ClockRow, timeOn } from '#workspaces/clock.ts'

/** The year 2100. A contact's id has room for times until then. */
export const LATEST_TIME = 4_102_444_800

export const ClockRequest = named(
  'clock_request',
  Type.Object({
    freeze_at: Type.Optional(
      Type.Union([Type.Literal('now'), { ...Epoch, maximum: LATEST_TIME }], {
        description: 'Stops the clock at this time (`now`: its current time) until it is advanced or reset.',
      }),
    ),
    advance_seconds: Type.Optional(
      Type.Integer({ minimum: 1, maximum: LATEST_TIME, description: 'Also advances a frozen clock.' }),
    ),
    reset: Type.Optional(Type.Literal(true, { description: 'Sets the clock to the real time.' })),
  }),
)
export type ClockRequest = Static<typeof ClockRequest>

export const Clock = named(
  'clock',
  Type.Object({
    type: Type.Literal('clock'),
    now: Type.Integer({ description: 'The time that the clock shows.' }),
    frozen_at: Nullable(Type.Integer()),
    ahead_seconds: Type.Integer({ description: 'Seconds that a running clock is ahead of the real time.' }),
    real_now: Type.Integer(),
  }),
)

export const ChangedClock = named(
  'clock_changed',
  Type.Object({
    ...Clock.properties,
    woken: Type.Integer({ description: 'Number of conversations that were unsnoozed.' }),
  }),
)

export const presentClock = (clock: ClockRow): Static<typeof Clock> => ({
  type: 'clock',
  now: epoch(timeOn(clock)),
  frozen_at: epochOrNull(clock.clock_frozen_at),
  ahead_seconds: clock.clock_ahead_seconds,
  real_now: epoch(new Date()),
})
