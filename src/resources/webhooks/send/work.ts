// The loops of a worker process: one reads events for subscriptions, one leases their notifications and sends them.
import { setTimeout as sleep } from 'node:timers/promises'
import { batchWriter } from '#db/batch-writer.ts'
import { isTransient } from '#db/transient.ts'
import { safeFetcher } from '#net/safe-fetch.ts'
import type { WorkerContext } from '#server.ts'
import { openSecrets } from '../secret.ts'
import { attempt } from './attempt.ts'
import { bodyOf } from './envelope.ts'
import { expand } from './expand.ts'
import { acceptedAttempt, failedAttempt, holdsBack, nextFault } from './faults.ts'
import { outcomeOf } from './outcome.ts'
import {
  type Behind,
  endLeases,
  failingFor,
  giveBack,
  holdBack,
  type Leased,
  leaseNotifications,
  listBehind,
} from './queries.ts'
import { type Queue, queueOf } from './queue.ts'
import { type Attempt, type Settled, settle } from './settle-queries.ts'

const POLL_EVERY_MS = 200

/** How long what became of an attempt is kept while the database is away: shorter than a lease lasts. */
const WRITES_FOR_MS = 20_000
const WRITES_AGAIN_AFTER_MS = 200

const idOf = ({ workspace_id, id }: Leased): string => `${workspace_id} ${id}`

type Means = Pick<WorkerContext, 'sql' | 'secret' | 'egress' | 'log'> & Partial<Pick<WorkerContext, 'is_alone'>>

export function sendWebhooks({ sql, secret, egress, log, is_alone = false }: Means) {
  const fetch = safeFetcher({ egress, any_port: true })
  const write = batchWriter<Settled>((settled) => whileAway(() => settle(sql, settled)))
  const queues = new Map<string, Queue>()
  const settling = new Set<Promise<void>>()
  /** Leased here and not settled yet: a crash of the database can lose the lease, and then it is leased here again. */
  const in_hand = new Set<string>()
  let stopping = false
  let has_old_leases = is_alone

  const reading = loop(async () => {
    for (const behind of await listBehind(sql)) await expandAll(behind)
  })
  const leasing = loop(async () => {
    if (has_old_leases) await endLeases(sql)
    has_old_leases = false
    const busy = [...queues.values()].map(({ busy }) => busy())
    for (const leased of await leaseNotifications(sql, busy)) if (!in_hand.has(idOf(leased))) add(leased)
  })

  /** A failure holds up this subscription only. */
  async function expandAll(behind: Behind): Promise<void> {
    try {
      for (let more = true; more && !stopping; leasing.wake()) more = await expand(sql, log, behind)
    } catch (error) {
      log.warn({ err: error, subscription_id: behind.id }, 'could not read events for a webhook; trying again')
    }
  }

  function add(leased: Leased): void {
    const key = `${leased.workspace_id} ${leased.subscription_id}`
    const queue =
      queues.get(key) ??
      queueOf(leased, {
        send: (one) => send(one).catch((error) => letGo(one, error)),
        onRoom: () => leasing.wake(),
        onEmpty: () => queues.delete(key),
      })
    queues.set(key, queue)
    in_hand.add(idOf(leased))
    queue.add(leased)
  }

  async function send(leased: Leased): Promise<void> {
    const fault = leased.meets_faults ? await nextFault(sql, leased) : undefined
    if (fault && holdsBack(fault)) {
      await holdBack(sql, leased, fault)
      in_hand.delete(idOf(leased))
      return
    }
    const copies = fault?.fault === 'double' ? 2 : 1
    const made = (fault && failedAttempt(fault)) ?? (await post(leased, copies))
    const captured = leased.url === null ? copies : 0
    const settled = settleOne(leased, made, captured).then(
      () => void in_hand.delete(idOf(leased)),
      (error) => letGo(leased, error),
    )
    settling.add(settled)
    void settled.then(() => settling.delete(settled))
  }

  async function settleOne(leased: Leased, made: Attempt, captured: number): Promise<void> {
    const failing_ms = made.error === null ? 0 : await whileAway(() => failingFor(sql, leased))
    await write({ leased, attempt: made, captured, settlement: outcomeOf(leased, made, failing_ms) })
  }

  function letGo(leased: Leased, error: unknown): void {
    in_hand.delete(idOf(leased))
    log.warn({ err: error }, 'a webhook could not be settled; it is sent again after its lease')
  }

  /** Repeats a query while the database is away: otherwise a notification that was received would be sent again. */
  async function whileAway<Result>(ask: () => Promise<Result>): Promise<Result> {
    const until = performance.now() + WRITES_FOR_MS
    for (;;) {
      try {
        return await ask()
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
    const body = bodyOf(leased)
    const post = () => attempt(fetch, url, body, () => openSecrets(secret, leased))
    const attempts = await Promise.all(Array.from({ length: copies }, post))
    return attempts[0]!
  }

  /** Runs at each wake; if that is during a run, once more after it. */
  function loop(run: () => Promise<void>) {
    let running: Promise<void> | undefined
    let again = false
    async function runAll(): Promise<void> {
      for (; again && !stopping; ) {
        again = false
        await run().catch((error) => log.warn({ err: error }, 'could not look for webhooks; trying again'))
      }
      running = undefined
    }
    return {
      wake(): void {
        again = true
        if (!stopping) running ??= runAll()
      },
      ended: () => running,
    }
  }

  function wakeAll(): void {
    reading.wake()
    leasing.wake()
  }
  const timer = setInterval(wakeAll, POLL_EVERY_MS)
  wakeAll()
  return async () => {
    stopping = true
    clearInterval(timer)
    await Promise.all([reading.ended(), leasing.ended()])
    const waiting = [...queues.values()].flatMap(({ takeWaiting }) => takeWaiting())
    if (waiting.length) await giveBack(sql, waiting).catch(() => {})
    await Promise.all([...queues.values()].map(({ ended }) => ended()))
    await Promise.all(settling)
  }
}
