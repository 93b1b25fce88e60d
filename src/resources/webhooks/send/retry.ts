// When a notification that was not delivered is tried again.
import type { SubscriptionRow } from '../queries.ts'

/** After the first attempts; then every eight hours. Intercom's one retry is the first. */
const MINUTES = [1, 5, 15, 60, 120, 240, 480]

/** A person waits for what a custom channel shows: the first retries come within seconds, and later ones every half hour. */
const MINUTES_OF_CALLBACKS = [1 / 60, 5 / 60, 0.25, 1, 5, 15, 30]

/** Half of the delay at most is added, so that the retries of an outage do not come all at once. */
const JITTER = 0.5

type Tried = {
  kind: SubscriptionRow['kind']
  /** How many attempts there were. */
  attempts: number
  /** When it was queued, or queued again. */
  queued_at: Date
  gives_up_after_hours: number
}

/** Returns the milliseconds until the next attempt, or null if there is none. */
export function retryAfter(
  { kind, attempts, queued_at, gives_up_after_hours }: Tried,
  now = Date.now(),
  random = Math.random(),
): number | null {
  const minutes = kind === 'webhook' ? MINUTES : MINUTES_OF_CALLBACKS
  const wait = (minutes[attempts - 1] ?? minutes.at(-1)!) * 60_000
  if (gives_up_after_hours === 0) return attempts === 1 ? wait : null
  const jittered = attempts === 1 ? wait : wait * (1 + JITTER * random)
  const ends = queued_at.getTime() + gives_up_after_hours * 3_600_000
  return now + jittered <= ends ? jittered : null
}

/** Seconds that a subscription waits after a 429: as its answer says, or twice as long as the last time. */
export function slowFor(retry_after: number | undefined, last_seconds: number): number {
  const wanted = retry_after ?? last_seconds * 2
  return Math.min(Math.max(wanted, SLOW.least), SLOW.most)
}

/** A minute, and two hours. */
const SLOW = { least: 60, most: 7_200 }

/** After failing for so long, a subscription is suspended, and tried once in each period. */
export const SUSPENDED = { after_ms: 6 * 3_600_000, try_every_seconds: 3_600 }
