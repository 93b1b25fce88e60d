// A workspace's clock: the server's own, unless its sandbox has frozen it or set it ahead. What security hangs on (tokens,
// signatures, rate limits) never goes by it.

export type Clock = {
  /** Where it stands; null while it runs. */
  clock_frozen_at: Date | null
  /** How far it is ahead while it runs. */
  clock_ahead_seconds: number
}

export const SERVER_CLOCK: Clock = { clock_frozen_at: null, clock_ahead_seconds: 0 }

/** What the clock shows when it is `real` to the server. */
export const timeOn = ({ clock_frozen_at, clock_ahead_seconds }: Clock, real = new Date()): Date =>
  clock_frozen_at ?? (clock_ahead_seconds ? new Date(real.getTime() + clock_ahead_seconds * 1000) : real)

/** How far the clock is ahead of the server's, in milliseconds. */
export const aheadOf = (clock: Clock, real = new Date()): number => timeOn(clock, real).getTime() - real.getTime()
