// The delivery worker: leases due deliveries, sends them through their accounts, and passes the outcomes to the writer.
import type { FastifyBaseLogger } from 'fastify'
import type { Accounts } from '#channels/accounts.ts'
import type { Account, Captured, Outcome, Outgoing } from '#channels/channel.ts'
import type { Pool } from '#db/sql.ts'
import type { Links } from '#files/link.ts'
import { outsideSpans } from '#tracing/trace.ts'
import { timeOn } from '#workspaces/clock.ts'
import { sendFault } from './faults.ts'
import {
  type Busy,
  endLeases,
  type Leased,
  lease,
  listPausedBroadcasts,
  releaseLeases,
  renewLeases,
  withFileLinks,
} from './lease.ts'
import { countSettled } from './metrics.ts'
import { outcomeWriter } from './outcome-writer.ts'
import type { Recipients } from './recipients.ts'
import { redactedMeanwhile } from './redact.ts'
import { DEFAULT_RETRY, type RetryPolicy } from './retry.ts'
import { settlement } from './settle.ts'
import { messengerSignal, workerSignal } from './signals.ts'
import { suppressed } from './suppress.ts'
import { inDeliverySpan } from './trace-delivery.ts'

export type WorkerOptions = {
  sql: Pool
  accounts: Accounts
  recipients: Recipients
  /** For links to stored files. Without it, deliveries name only files at other URLs. */
  links?: Links
  log: Pick<FastifyBaseLogger, 'error' | 'warn' | 'info'>
  /** Called for each captured message, after the commit. */
  onCaptured?: (captured: Captured, outgoing: Outgoing) => void
  retry?: RetryPolicy
  /** How long a delivery stays leased if its worker dies. Default: 30. */
  lease_seconds?: number
  /** No other worker can run: at the start, the leases of dead workers end at once. */
  is_alone?: boolean
}

export type Worker = {
  /** Starts no new sends, waits for running ones and releases the other leases. Takes at most four seconds. */
  stop(): Promise<void>
}

/**
 * One account's deliveries in this process. `leased` are all until their outcome is written: some wait for a slot, some are
 * being sent, and the outcomes of others are being written. Single messages are sent before those of broadcasts.
 */
type Queue = {
  workspace_id: string
  channel: Outgoing['channel']
  account: Account
  leased: Map<string, Leased>
  waiting: Leased[]
  waiting_of_broadcasts: Leased[]
  sending: number
}

const POLL_EVERY_MS = 1_000
/** Under load one query then leases many deliveries, instead of one query for each outcome. */
const POLLS_APART_MS = 10
const STOP_WITHIN_MS = 3_500
/** Leased single messages for each slot, and as many of broadcasts: enough that an account never waits for the database. */
const ROOM_PER_SLOT = 16
const ROOM_OF_A_NEW_LANE = 50
/** One slot of this many is reserved for single messages. */
const SLOTS_PER_RESERVED = 8
/** How often deliveries of paused and canceled broadcasts are looked for and released. */
const CHECK_PAUSED_EVERY_MS = 250
/**
 * How many deliveries for each slot are being sent or written. With one, a slot would be idle during the write; if the
 * worker dies, all of them are sent again.
 */
const UNSETTLED_PER_SLOT = 2

export async function startWorker(options: WorkerOptions): Promise<Worker> {
  const { sql, accounts, recipients, links, log, onCaptured, retry = DEFAULT_RETRY, lease_seconds = 30 } = options
  const queues = new Map<string, Queue>()
  let stopping = false
  let polling = false
  let pollAgain = false
  let checkPausedAt = 0

  const outcomes = outcomeWriter(
    sql,
    recipients,
    (batch) => {
      for (const { outgoing, status, captured, wait_ms, at } of batch) {
        queues.get(keyOf(outgoing))?.leased.delete(outgoing.id)
        const first_ms = outgoing.attempt === 1 ? Math.max(0, at.getTime() - outgoing.queued_at.getTime()) : undefined
        countSettled(outgoing.channel, wait_ms === null ? status : 'retried', first_ms)
        if (captured) onCaptured?.(captured, outgoing)
      }
      if (batch.some(({ outgoing }) => outgoing.channel === 'inapp')) messengerSignal.notify()
      for (const queue of queues.values()) startSends(queue)
      poll()
    },
    (error) => log.error({ err: error }, 'could not write the outcomes of deliveries; retrying'),
  )

  /** Leases until every lane is full or nothing is due. A call during a run makes it run once more. */
  async function poll() {
    pollAgain = true
    if (polling || stopping) return
    polling = true
    while (pollAgain && !stopping) {
      pollAgain = false
      await releasePaused().catch((error) => log.warn({ err: error }, 'could not look for paused broadcasts'))
      const leased = await lease(sql, busyAccounts(), ROOM_OF_A_NEW_LANE, lease_seconds).catch((error) => {
        log.warn({ err: error }, 'could not look for deliveries')
        return []
      })
      const current = await accountsFor([...queues.values(), ...leased])
      if (stopping) await releaseLeases(sql, leased).catch(() => {})
      else for (const outgoing of leased) add(withFileLinks(links, outgoing), current.get(keyOf(outgoing)))
      for (const queue of queues.values()) startSends(queue)
      if (leased.length >= ROOM_OF_A_NEW_LANE) pollAgain = true
      await new Promise((resolve) => setTimeout(resolve, POLLS_APART_MS))
    }
    polling = false
  }

  /**
   * Returns the present account of each lane, without those that cannot be looked up because the database is unavailable.
   * Releases deliveries that wait for a replaced account: if it was removed, they have failed, and the sandbox must not
   * capture them.
   */
  async function accountsFor(lanes: Pick<Outgoing, 'workspace_id' | 'channel'>[]): Promise<Map<string, Account>> {
    const current = new Map<string, Account>()
    const replaced: Outgoing[] = []
    const different = new Map(lanes.map((lane) => [keyOf(lane), lane]))
    const find = async (key: string, { workspace_id, channel }: (typeof lanes)[number]) => {
      const account = await accounts.of(workspace_id, channel)
      current.set(key, account)
      const queue = queues.get(key)
      if (!queue || queue.account === account) return
      queue.account = account
      replaced.push(...removeWaiting(queue))
    }
    await Promise.all(
      [...different].map(([key, lane]) =>
        find(key, lane).catch((error) => log.warn({ err: error }, 'could not look up a channel account')),
      ),
    )
    await releaseLeases(sql, replaced).catch(() => {}) // The leases also expire by themselves.
    return current
  }

  /**
   * Ignores a delivery that is already here, whose lease expired while the database was unavailable: it is not sent twice.
   * Ignores a delivery without an account too: it is leased again when its lease expires.
   */
  function add(outgoing: Leased, account: Account | undefined) {
    if (!account) return
    const { leased, waiting, waiting_of_broadcasts } = queueOf(outgoing, account)
    if (leased.has(outgoing.id)) return
    leased.set(outgoing.id, outgoing)
    if (outgoing.broadcast_id) waiting_of_broadcasts.push(outgoing)
    else waiting.push(outgoing)
  }

  function busyAccounts(): Busy[] {
    const busy: Busy[] = []
    for (const [key, { workspace_id, channel, account, leased }] of queues) {
      if (leased.size === 0) queues.delete(key)
      else {
        const of_broadcasts = [...leased.values()].filter(({ broadcast_id }) => broadcast_id).length
        const room = (used: number) => Math.max(0, account.concurrency * ROOM_PER_SLOT - used)
        const rooms = { room: room(leased.size - of_broadcasts), broadcast_room: room(of_broadcasts) }
        busy.push({ workspace_id, channel, ...rooms })
      }
    }
    return busy
  }

  async function releasePaused() {
    const waiting = [...queues.values()].flatMap((queue) => queue.waiting_of_broadcasts)
    if (!waiting.length || Date.now() < checkPausedAt) return
    checkPausedAt = Date.now() + CHECK_PAUSED_EVERY_MS
    const different = new Map(
      waiting.map(({ workspace_id, broadcast_id }) => [
        `${workspace_id} ${broadcast_id}`,
        { workspace_id, broadcast_id: broadcast_id as string },
      ]),
    )
    const found = await listPausedBroadcasts(sql, [...different.values()])
    const paused = new Set(found.map(({ workspace_id, broadcast_id }) => `${workspace_id} ${broadcast_id}`))
    if (paused.size)
      await releaseLeases(
        sql,
        [...queues.values()].flatMap((queue) =>
          removeWaiting(queue, ({ workspace_id, broadcast_id }) => paused.has(`${workspace_id} ${broadcast_id}`)),
        ),
      )
  }

  function queueOf({ workspace_id, channel }: Outgoing, account: Account): Queue {
    const key = keyOf({ workspace_id, channel })
    let queue = queues.get(key)
    if (!queue) {
      queue = {
        ...{ workspace_id, channel, account },
        leased: new Map(),
        waiting: [],
        waiting_of_broadcasts: [],
        sending: 0,
      }
      queues.set(key, queue)
    }
    return queue
  }

  function startSends(queue: Queue) {
    const { leased, waiting, waiting_of_broadcasts, account } = queue
    const hasSlot = (slots: number) =>
      queue.sending < slots && leased.size - waiting.length - waiting_of_broadcasts.length < slots * UNSETTLED_PER_SLOT
    const slots = account.concurrency
    while (!stopping && waiting.length && hasSlot(slots)) void send(queue, waiting.shift() as Leased)
    const for_broadcasts = Math.max(1, slots - Math.ceil(slots / SLOTS_PER_RESERVED))
    while (!stopping && waiting_of_broadcasts.length && hasSlot(for_broadcasts))
      void send(queue, waiting_of_broadcasts.shift() as Leased)
  }

  async function send(queue: Queue, outgoing: Leased) {
    queue.sending++
    const outcome = suppressed(outgoing, timeOn(outgoing)) ?? (await attempt(sql, queue.account, outgoing))
    queue.sending--
    outcomes.add(settlement(outgoing, outcome, retry, timeOn(outgoing)))
    startSends(queue)
  }

  const allLeased = () => [...queues.values()].flatMap(({ leased }) => [...leased.values()])

  /** Removes waiting deliveries from the queue and returns them, for `releaseLeases`. */
  function removeWaiting(queue: Queue, which: (outgoing: Outgoing) => boolean = () => true): Outgoing[] {
    const removed = [...queue.waiting, ...queue.waiting_of_broadcasts].filter(which)
    queue.waiting = queue.waiting.filter((outgoing) => !which(outgoing))
    queue.waiting_of_broadcasts = queue.waiting_of_broadcasts.filter((outgoing) => !which(outgoing))
    for (const { id } of removed) queue.leased.delete(id)
    return removed
  }

  if (options.is_alone) await endLeases(sql)
  const stopListening = workerSignal.onNotify(outsideSpans(poll))
  const listener = await workerSignal.listen(sql, poll)
  const polls = setInterval(poll, POLL_EVERY_MS)
  const renewals = setInterval(
    () => {
      const leased = allLeased()
      if (leased.length)
        renewLeases(sql, leased, lease_seconds).catch((error) => log.warn({ err: error }, 'could not renew leases'))
    },
    (lease_seconds * 1000) / 3,
  )
  void poll()

  return {
    async stop() {
      stopping = true
      stopListening()
      clearInterval(polls)
      const until = Date.now() + STOP_WITHIN_MS
      const waiting = [...queues.values()].flatMap((queue) => removeWaiting(queue))
      await releaseLeases(sql, waiting).catch(() => {}) // The leases also expire by themselves.
      while ((polling || allLeased().length) && Date.now() < until)
        await new Promise((resolve) => setTimeout(resolve, 10))
      clearInterval(renewals)
      await outcomes.drain(Math.max(0, until - Date.now()))
      await listener.unlisten().catch(() => {})
    },
  }
}

const keyOf = ({ workspace_id, channel }: Pick<Outgoing, 'workspace_id' | 'channel'>) => `${workspace_id} ${channel}`

/** An exception from a channel is a bug of ours and must not lose the message, so it counts as a temporary failure. */
function attempt(sql: Pool, account: Account, outgoing: Leased): Promise<Outcome> {
  return inDeliverySpan(outgoing, async () => {
    try {
      const redacted = await redactedMeanwhile(sql, outgoing)
      const fault = outgoing.meets_faults && !redacted ? await sendFault(sql, outgoing) : undefined
      return redacted ?? fault ?? (await account.send(outgoing))
    } catch (error) {
      return { outcome: 'retry', code: 'internal', reason: (error as Error).message }
    }
  })
}
