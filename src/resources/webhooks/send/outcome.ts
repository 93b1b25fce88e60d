// What becomes of a notification and of its subscription after an attempt.
import { retryAfter as readRetryAfter } from '#lib/retry-after.ts'
import type { Leased } from './queries.ts'
import { retryAfter, SUSPENDED, slowFor } from './retry.ts'
import type { Attempt, Settlement } from './settle-queries.ts'

/** `failing_ms`: how long the subscription has failed before this attempt; 0 if the last one succeeded. */
export function outcomeOf(leased: Leased, attempt: Attempt, failing_ms: number): Settlement {
  const { response_status: status, error } = attempt
  if (status !== null && status >= 200 && status < 300) return delivered(leased)
  if (status === 410) return disabled(attempt)
  if (status === 429) return slowed(leased, attempt)
  const retry_ms = retryAfter(leased)
  const is_suspended = failing_ms >= SUSPENDED.after_ms
  return {
    ...(retry_ms === null ? { status: 'failed', retry_ms: 0 } : { status: 'pending', retry_ms }),
    error,
    subscription: is_suspended
      ? {
          state: 'suspended',
          state_reason: `The endpoint has failed for hours: ${error}. One notification an hour is tried`,
          ...{ resume_after: SUSPENDED.try_every_seconds, slow_seconds: 0, fails: true },
        }
      : { resume_after: null, slow_seconds: leased.slow_seconds, fails: true },
  }
}

const delivered = ({ state }: Leased): Settlement => ({
  ...{ status: 'delivered', retry_ms: 0, error: null },
  subscription: {
    ...(state === 'suspended' && { state: 'active' as const, state_reason: null }),
    ...{ resume_after: null, slow_seconds: 0, fails: false },
  },
})

/** The notification stays pending: it is sent if the subscription is switched on again. */
const disabled = ({ error }: Attempt): Settlement => ({
  ...{ status: 'pending', retry_ms: 0, error },
  subscription: {
    ...{ state: 'disabled', state_reason: 'The endpoint answered 410: it wants no more notifications' },
    ...{ resume_after: null, slow_seconds: 0, fails: true },
  },
})

function slowed({ slow_seconds }: Leased, { error, response_headers }: Attempt): Settlement {
  const asked = readRetryAfter(response_headers?.['retry-after'])
  const seconds = slowFor(asked || undefined, slow_seconds)
  return {
    ...{ status: 'pending', retry_ms: seconds * 1000, error },
    subscription: { resume_after: seconds, slow_seconds: seconds, fails: false },
  }
}
