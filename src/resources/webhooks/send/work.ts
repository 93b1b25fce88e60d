// The loop of a worker process that reads events for subscriptions, and sends their notifications.
import { setTimeout as sleep } from 'node:timers/promises'
import { isTransient } from '#db/transient.ts'
import { safeFetcher } from '#net/safe-fetch.ts'
import type { WorkerContext } from '#server.ts'
import { openSecret } from '../secret.ts'
import { attempt } from './attempt.ts'
import { bodyOf } from './envelope.ts'
import { expand } from './expand.ts'
import { acceptedAttempt, failedAttempt, holdsBack, nextFault } from './faults.ts'
import { outcomeOf } from './outcome.ts'
import {
  type Attempt,
  type Behind,
  type Busy,
  endLeases,
  failingFor,
  holdBack,
  type Leased,
  leaseNotifications,
  listBehind,
  settle,
} from './queries.ts'

const POLL_EVERY_MS = 200
/** Notifications of one subscription that are being sent at once: a slow endpoint holds no more than these. */
const AT_ONCE = 20

/** How long what became of an attempt is kept while the database is away: shorter than a lease lasts. */
const WRITES_FOR_MS = 20_000
const WRITES_AGAIN_AFTER_MS = 200

type Means = Pick<WorkerContext, 'sql' | 'secret' | 'egress' | 'log'> & Partial<Pick<WorkerContext, 'is_alone'>>

export function sendWebhooks({ sql, secret, egress, log, is_alone = false }: Means) {
  const fetch = safeFetcher({ egress, any_port: true })
  const sending = new Map<string, Busy & { running: Set<Promise<void>> }>()
  let stopping = false
  let polling: Promise<void> | undefined
  let again = false
  let has_old_leases = is_alone

  async function poll(): Promise<void> {
    if (has_old_leases) await endLeases(sql)
    has_old_leases = false
    for (const behind of await listBehind(sql)) await expandAll(behind)
    while (!stopping) {
      const leased = await leaseNotifications(sql, [...sending.values()], AT_ONCE)
      for (const one of leased) start(one)
      if (!leased.length) return
    }
  }

  /** A failure holds up this subscription only. */
  async function expandAll(behind: Behind): Promise<void> {
    try {
      while (!stopping && (await expand(sql, log, behind)));
    } catch (error) {
      log.warn({ err: error, subscription_id: behind.id }, 'could not read events for a webhook; trying again')
    }
  }

  function start(leased: Leased): void {
    const key = `${leased.workspace_id} ${leased.subscription_id}`
    const queue = sending.get(key) ?? { ...leased, room: AT_ONCE, running: new Set() }
    sending.set(key, queue)
    queue.room--
    const running = send(leased)
      .catch((error) => log.warn({ err: error }, 'a webhook could not be settled; it is sent again after its lease'))
      .finally(() => {
        queue.room++
        queue.running.delete(running)
        if (!queue.running.size) sending.delete(key)
        wake()
      })
    queue.running.add(running)
  }

  async function send(leased: Leased): Promise<void> {
    const fault = leased.meets_faults ? await nextFault(sql, leased) : undefined
    if (fault && holdsBack(fault)) return holdBack(sql, leased, fault)
    const copies = fault?.fault === 'double' ? 2 : 1
    const made = (fault && failedAttempt(fault)) ?? (await post(leased, copies))
    const captured = leased.url === null ? copies : 0
    await whileAway(async () => {
      const failing_ms = made.error === null ? 0 : await failingFor(sql, leased)
      await settle(sql, leased, { ...made, captured }, outcomeOf(leased, made, failing_ms))
    })
  }

  /** Repeats a write while the database is away: otherwise a notification that was received would be sent again. */
  async function whileAway(write: () => Promise<void>): Promise<void> {
    const until = performance.now() + WRITES_FOR_MS
    for (;;) {
      try {
        return await write()
      } catch (error) {
        if (!isTransient(error) || stopping || performance.now() > until) throw error
        await sleep(WRITES_AGAIN_AFTER_MS)
      }
    }
  }

  /** Sends the notification once, or several times at once. Without a URL the sandbox captures it. */
  async function post(leased: Leased, copies: number): Promise<Attempt> {
    const { url } = leased
    if (url === null) return acceptedAttempt()
    const [body, key] = [bodyOf(leased), openSecret(secret, leased.secret)]
    const attempts = await Promise.all(Array.from({ length: copies }, () => attempt(fetch, url, body, key)))
    return attempts[0]!
  }

  /** A call during a run makes it run once more. */
  function wake(): void {
    again = true
    if (stopping) return
    polling ??= (async () => {
      while (again && !stopping) {
        again = false
        await poll().catch((error) => log.warn({ err: error }, 'could not look for webhooks; trying again'))
      }
    })().finally(() => {
      polling = undefined
    })
  }

  const timer = setInterval(wake, POLL_EVERY_MS)
  wake()
  return async () => {
    stopping = true
    clearInterval(timer)
    await polling
    await Promise.all([...sending.values()].flatMap(({ running }) => [...running]))
  }
}
