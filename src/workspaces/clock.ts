// A workspace's clock: that of the server, unless the sandbox has frozen or advanced it. Security (tokens, signatures,
// rate limits) never uses it.

export type Clock = {
  /** The frozen time; null while the clock runs. */
  clock_frozen_at: Date | null
  /** How far the clock is ahead while it runs. */
  clock_ahead_seconds: number
}

export const SERVER_CLOCK: Clock = { clock_frozen_at: null, clock_ahead_seconds: 0 }

/** Returns the time on this clock at the server's time `real`. */
export const timeOn = ({ clock_frozen_at, clock_ahead_seconds }: Clock, real = new Date()): Date =>
  clock_frozen_at ?? (clock_ahead_seconds ? new Date(real.getTime() + clock_ahead_seconds * 1000) : real)

/** Returns how far the clock is ahead of the server's, in milliseconds. */
export const aheadOf = (clock: Clock, real = new Date()): number => timeOn(clock, real).getTime() - real.getTime()
