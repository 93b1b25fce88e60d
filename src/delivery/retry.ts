// When to retry a delivery, and when to give up.

export type RetryPolicy = {
  /** The wait after the first attempt, in milliseconds; each later wait is three times as long. */
  first_wait_ms: number
  longest_wait_ms: number
  /** A delivery that has not succeeded after this time is given up. */
  give_up_after_ms: number
}

const MINUTE = 60_000

export const DEFAULT_RETRY: RetryPolicy = {
  first_wait_ms: 5_000,
  longest_wait_ms: 60 * MINUTE,
  give_up_after_ms: 24 * 60 * MINUTE,
}

const GROWTH = 3
/** Waits vary by up to this share, so that deliveries that failed together are not retried together. */
export const JITTER = 0.2

/**
 * Returns the milliseconds until the next attempt, or null if that is too late. The wait is at least `retry_after`, the
 * seconds that the provider asked for.
 */
export function nextWait(
  { first_wait_ms, longest_wait_ms, give_up_after_ms }: RetryPolicy,
  { attempt, age_ms, retry_after = 0 }: { attempt: number; age_ms: number; retry_after?: number },
  random: number = Math.random(),
): number | null {
  const backoff = Math.min(first_wait_ms * GROWTH ** (attempt - 1), longest_wait_ms)
  const wait = Math.max(backoff * (1 + JITTER * (2 * random - 1)), retry_after * 1000)
  return age_ms + wait > give_up_after_ms ? null : Math.round(wait)
}
