// The delivery worker: leases what is due, sends it through its account, and has the outcome written down.
import type { FastifyBaseLogger } from 'fastify'
import type { Accounts } from '#channels/accounts.ts'
import type { Account, Captured, Outcome, Outgoing } from '#channels/channel.ts'
import type { Pool } from '#db/sql.ts'
import type { Links } from '#files/link.ts'
import { timeOn } from '#workspaces/clock.ts'
import { sendFault } from './faults.ts'
import { type Busy, endLeases, giveBack, heldBroadcasts, type Leased, lease, renew, withAddresses } from './lease.ts'
import { countSettled } from './metrics.ts'
import { settler } from './outcome-writer.ts'
import type { Recipients } from './recipients.ts'
import { DEFAULT_RETRY, type RetryPolicy } from './retry.ts'
import { settlement } from './settle.ts'
import { messengerSignal, workerSignal } from './signals.ts'
import { suppressed } from './suppress.ts'

export type WorkerOptions = {
  sql: Pool
  accounts: Accounts
  recipients: Recipients
  /** What links to attached files are made of; without, deliveries name only files that are elsewhere. */
  links?: Links
  log: Pick<FastifyBaseLogger, 'error' | 'warn' | 'info'>
  /** Told of each message that went no further than the sandbox, once that is written down. */
  onCaptured?: (captured: Captured, outgoing: Outgoing) => void
  retry?: RetryPolicy
  /** How long a delivery stays taken when its worker dies. */
  lease_seconds?: number
  /** No other worker can be alive: what one was at when it died is due at once. */
  is_alone?: boolean
}

export type Worker = {
  /** Sends nothing more, waits for what is under way, gives the rest back. Within four seconds. */
  stop(): Promise<void>
}

/**
 * What is held of one account's: of all that was leased and is not settled yet, some wait for a place, some are being
 * sent, and what came of the others is being written down. What is of a broadcast waits for what is not.
 */
type Queue = {
  workspace_id: string
  channel: Outgoing['channel']
  account: Account
  held: Map<string, Leased>
  waiting: Leased[]
  waiting_of_broadcasts: Leased[]
  sending: number
}

const LOOK_EVERY_MS = 1_000
/** So that under load one look takes many deliveries, and not each settled one brings another look. */
const LOOKS_APART_MS = 10
const STOP_WITHIN_MS = 3_500
/** How many are held for each place, and as many of broadcasts: enough that an account never waits for the database. */
const ROOM_PER_PLACE = 16
const ROOM_OF_A_NEW_LANE = 50
/** Of so many places one is never a broadcast's, so that a message on its own finds one. */
const PLACES_FOR_EACH_KEPT = 8
/** After this long, what waits of a broadcast that somebody paused or canceled is given back. */
const ASKED_WHAT_IS_HELD_EVERY_MS = 250
/**
 * How many for each place are being sent or written down: with one, a place would stand empty while the disk writes;
 * all of them are sent again when the worker dies.
 */
const UNSETTLED_PER_PLACE = 2

export async function startWorker(options: WorkerOptions): Promise<Worker> {
  const { sql, accounts, recipients, links, log, onCaptured, retry = DEFAULT_RETRY, lease_seconds = 30 } = options
  const queues = new Map<string, Queue>()
  let stopping = false
  let looking = false
  let lookAgain = false
  let askWhatIsHeldAt = 0

  const outcomes = settler(
    sql,
    recipients,
    (batch) => {
      for (const { outgoing, status, captured, wait_ms } of batch) {
        queues.get(keyOf(outgoing))?.held.delete(outgoing.id)
        countSettled(outgoing.channel, wait_ms === null ? status : 'retried')
        if (captured) onCaptured?.(captured, outgoing)
      }
      if (batch.some(({ outgoing }) => outgoing.channel === 'inapp')) messengerSignal.notify()
      for (const queue of queues.values()) fill(queue)
      look()
    },
    (error) => log.error({ err: error }, 'could not write down what came of deliveries; trying again'),
  )

  /** Leases until every lane is full or nothing is due. Calls while it is at it make it look once more. */
  async function look() {
    lookAgain = true
    if (looking || stopping) return
    looking = true
    while (lookAgain && !stopping) {
      lookAgain = false
      await giveBackWhatIsHeld().catch((error) => log.warn({ err: error }, 'could not look for paused broadcasts'))
      const leased = await lease(sql, busyAccounts(), ROOM_OF_A_NEW_LANE, lease_seconds).catch((error) => {
        log.warn({ err: error }, 'could not look for deliveries')
        return []
      })
      const current = await accountsFor([...queues.values(), ...leased])
      if (stopping) await giveBack(sql, leased).catch(() => {})
      else for (const outgoing of leased) take(withAddresses(links, outgoing), current.get(keyOf(outgoing)))
      for (const queue of queues.values()) fill(queue)
      if (leased.length >= ROOM_OF_A_NEW_LANE) lookAgain = true
      await new Promise((resolve) => setTimeout(resolve, LOOKS_APART_MS))
    }
    looking = false
  }

  /**
   * The account of each lane, as it is now; without those that cannot be looked up because the database is away. What waits
   * for one that is replaced goes back: where it was removed its deliveries have failed, and the sandbox must not take them.
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
      replaced.push(...putBack(queue))
    }
    await Promise.all(
      [...different].map(([key, lane]) =>
        find(key, lane).catch((error) => log.warn({ err: error }, 'could not look up a channel account')),
      ),
    )
    await giveBack(sql, replaced).catch(() => {}) // Their leases run out by themselves.
    return current
  }

  /**
   * One that is held already comes again where its lease ran out while the database was away: it is not sent twice.
   * One without an account is left to come again when its lease ends.
   */
  function take(outgoing: Leased, account: Account | undefined) {
    if (!account) return
    const { held, waiting, waiting_of_broadcasts } = queueOf(outgoing, account)
    if (held.has(outgoing.id)) return
    held.set(outgoing.id, outgoing)
    if (outgoing.broadcast_id) waiting_of_broadcasts.push(outgoing)
    else waiting.push(outgoing)
  }

  function busyAccounts(): Busy[] {
    const busy: Busy[] = []
    for (const [key, { workspace_id, channel, account, held }] of queues) {
      if (held.size === 0) queues.delete(key)
      else {
        const of_broadcasts = [...held.values()].filter(({ broadcast_id }) => broadcast_id).length
        const room = (taken: number) => Math.max(0, account.concurrency * ROOM_PER_PLACE - taken)
        const rooms = { room: room(held.size - of_broadcasts), broadcast_room: room(of_broadcasts) }
        busy.push({ workspace_id, channel, ...rooms })
      }
    }
    return busy
  }

  async function giveBackWhatIsHeld() {
    const waiting = [...queues.values()].flatMap((queue) => queue.waiting_of_broadcasts)
    if (!waiting.length || Date.now() < askWhatIsHeldAt) return
    askWhatIsHeldAt = Date.now() + ASKED_WHAT_IS_HELD_EVERY_MS
    const different = new Map(
      waiting.map(({ workspace_id, broadcast_id }) => [
        `${workspace_id} ${broadcast_id}`,
        { workspace_id, broadcast_id: broadcast_id as string },
      ]),
    )
    const found = await heldBroadcasts(sql, [...different.values()])
    const isHeld = new Set(found.map(({ workspace_id, broadcast_id }) => `${workspace_id} ${broadcast_id}`))
    if (isHeld.size)
      await giveBack(
        sql,
        [...queues.values()].flatMap((queue) =>
          putBack(queue, ({ workspace_id, broadcast_id }) => isHeld.has(`${workspace_id} ${broadcast_id}`)),
        ),
      )
  }

  function queueOf({ workspace_id, channel }: Outgoing, account: Account): Queue {
    const key = keyOf({ workspace_id, channel })
    let queue = queues.get(key)
    if (!queue) {
      queue = {
        ...{ workspace_id, channel, account },
        held: new Map(),
        waiting: [],
        waiting_of_broadcasts: [],
        sending: 0,
      }
      queues.set(key, queue)
    }
    return queue
  }

  function fill(queue: Queue) {
    const { held, waiting, waiting_of_broadcasts, account } = queue
    const hasPlace = (places: number) =>
      queue.sending < places && held.size - waiting.length - waiting_of_broadcasts.length < places * UNSETTLED_PER_PLACE
    const places = account.concurrency
    while (!stopping && waiting.length && hasPlace(places)) void send(queue, waiting.shift() as Leased)
    const open = Math.max(1, places - Math.ceil(places / PLACES_FOR_EACH_KEPT))
    while (!stopping && waiting_of_broadcasts.length && hasPlace(open))
      void send(queue, waiting_of_broadcasts.shift() as Leased)
  }

  async function send(queue: Queue, outgoing: Leased) {
    queue.sending++
    const outcome = suppressed(outgoing, timeOn(outgoing)) ?? (await attempt(sql, queue.account, outgoing))
    queue.sending--
    outcomes.add(settlement(outgoing, outcome, retry, timeOn(outgoing)))
    fill(queue)
  }

  const allHeld = () => [...queues.values()].flatMap(({ held }) => [...held.values()])

  function putBack(queue: Queue, which: (outgoing: Outgoing) => boolean = () => true): Outgoing[] {
    const untouched = [...queue.waiting, ...queue.waiting_of_broadcasts].filter(which)
    queue.waiting = queue.waiting.filter((outgoing) => !which(outgoing))
    queue.waiting_of_broadcasts = queue.waiting_of_broadcasts.filter((outgoing) => !which(outgoing))
    for (const { id } of untouched) queue.held.delete(id)
    return untouched
  }

  if (options.is_alone) await endLeases(sql)
  const stopListening = workerSignal.onNotify(look)
  const announcements = await workerSignal.listen(sql, look)
  const looks = setInterval(look, LOOK_EVERY_MS)
  const renewals = setInterval(
    () => {
      const leased = allHeld()
      if (leased.length)
        renew(sql, leased, lease_seconds).catch((error) => log.warn({ err: error }, 'could not renew leases'))
    },
    (lease_seconds * 1000) / 3,
  )
  void look()

  return {
    async stop() {
      stopping = true
      stopListening()
      clearInterval(looks)
      const until = Date.now() + STOP_WITHIN_MS
      const untouched = [...queues.values()].flatMap((queue) => putBack(queue))
      await giveBack(sql, untouched).catch(() => {}) // Their leases run out by themselves.
      while ((looking || allHeld().length) && Date.now() < until)
        await new Promise((resolve) => setTimeout(resolve, 10))
      clearInterval(renewals)
      await outcomes.drain(Math.max(0, until - Date.now()))
      await announcements.unlisten().catch(() => {})
    },
  }
}

const keyOf = ({ workspace_id, channel }: Pick<Outgoing, 'workspace_id' | 'channel'>) => `${workspace_id} ${channel}`

/** A channel that throws is a bug of ours, and no reason to lose the message: it is tried again. */
async function attempt(sql: Pool, account: Account, outgoing: Leased): Promise<Outcome> {
  try {
    const fault = outgoing.meets_faults ? await sendFault(sql, outgoing) : undefined
    return fault ?? (await account.send(outgoing))
  } catch (error) {
    return { outcome: 'retry', code: 'internal', reason: (error as Error).message }
  }
}
