// The messenger streams of a process. Each sends one contact's in-app messages to one messenger; all share their
// queries.
import type { Readable } from 'node:stream'
import type { FastifyBaseLogger } from 'fastify'
import { Gauge, register } from 'prom-client'
import type { Pool } from '#db/sql.ts'
import { assignPositions, type InAppDelivery, listInAppSince, receivedUntil, startPosition } from '#delivery/in-app.ts'
import { messengerSignal } from '#delivery/signals.ts'
import { updateInAppStatus } from '#delivery/status-update.ts'
import type { Links } from '#files/link.ts'
import { ApiError } from '#http/errors.ts'
import { type EventStream, eventStream, eventText, heartbeatOrAbort, type StreamLimits } from '#http/event-stream.ts'
import type { Attachment } from '#resources/attachments/schema.ts'
import { markSeen, type SeenContact } from '#resources/contacts/activity-queries.ts'
import { displayOf } from '#resources/conversations/display.ts'
import { timeOn } from '#workspaces/clock.ts'
import { openWorkspace } from '#workspaces/open.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { type MessengerDisplay, presentOpening, presentPart } from './conversations/schema.ts'
import { lookUpSessions } from './sessions/queries.ts'
import { refusalOf, type Visitor } from './sessions/recognize.ts'
import { hasExpired, type Session } from './sessions/token.ts'

const LIMITS: StreamLimits = {
  poll_every_ms: 5_000,
  heartbeat_every_ms: 15_000,
  stuck_for_ms: 30_000,
  per_contact: 20,
  per_process: 10_000,
}

export type Streams = {
  /** `after` is the last event that the messenger received. @throws a 429 if too many streams are open. */
  open(visitor: Visitor, after: number | undefined): Promise<Readable>
  close(): Promise<void>
}

/** One open stream. `position` is the last event sent; `is_behind` means that there may be more to send. */
type Watcher = {
  session: Session
  /** Undefined for a visitor who has not written yet. */
  contact_id: string | undefined
  position: number | undefined
  stream: EventStream
  display: MessengerDisplay
  is_behind: boolean
}

/** Messages for one watcher in one query. Limits what is in memory for it. */
const MAX_MESSAGES = 20
/** Watchers in one query. */
const MAX_WATCHERS = 500
const PAUSE_BETWEEN_POLLS_MS = 10
/** Messages that were delivered within this time are reported together. */
const REPORT_AFTER_MS = 20
const RETRY_AFTER_MS = 1_000

const open_streams = new Gauge({
  name: 'interphone_messenger_streams',
  help: 'Messengers that are connected now.',
  registers: [register],
})

export function messengerStreams(
  sql: Pool,
  log: Pick<FastifyBaseLogger, 'warn'>,
  links: Links,
  limits: Partial<StreamLimits> = {},
): Streams {
  const { poll_every_ms, heartbeat_every_ms, stuck_for_ms, per_contact, per_process } = { ...LIMITS, ...limits }
  const watchers = new Set<Watcher>()
  const logWarning = (what: string) => (error: unknown) => log.warn({ err: error }, what)
  let listening: Promise<{ unlisten(): Promise<void> }> | undefined
  let timers: NodeJS.Timeout[] = []
  let closed = false

  const delivered = reporter(sql, logWarning('could not save that in-app messages were delivered; trying again'))
  const poll = coalesced(async () => {
    if (watchers.size && !closed && (await sendNew(sql, [...watchers], send))) poll()
  }, logWarning('could not read in-app messages'))
  const checkSessions = coalesced(check, logWarning('could not read sessions'))
  const stopListening = messengerSignal.onNotify(poll)

  function send(watcher: Watcher, arrival: InAppDelivery) {
    watcher.position = Number(arrival.position)
    watcher.stream.send(eventText({ id: arrival.position, data: eventOf(arrival, watcher.display) }), () => {
      if (arrival.status === 'sent') delivered.add(arrival)
    })
  }

  /** Listens from the first stream on, so that a server without messengers has no cost. */
  function startListening() {
    if (timers.length) return
    listening = messengerSignal.listen(sql, poll)
    listening.catch(logWarning('could not listen for in-app messages; polling instead'))
    timers = [setInterval(checkSessions, poll_every_ms), setInterval(sendHeartbeats, heartbeat_every_ms)]
  }

  function sendHeartbeats() {
    for (const { stream } of watchers) heartbeatOrAbort(stream, stuck_for_ms)
  }

  /** Ends streams whose session is over, and marks the other contacts as seen. */
  async function check() {
    const now = new Date()
    const checked = [...watchers]
    const sessions = checked.map(({ session }) => session)
    const rows = new Map((await lookUpSessions(sql, sessions)).map((row) => [row.number, row]))
    const present = new Map<string, SeenContact>()
    for (const [n, watcher] of checked.entries()) {
      const row = rows.get(n + 1)
      if (hasExpired(watcher.session, now) || refusalOf(watcher.session, row)) watcher.stream.end()
      else if (row?.contact) {
        const { workspace_id, id } = row
        watcher.contact_id = id
        present.set(`${workspace_id} ${id}`, { workspace_id, id, at: timeOn(row, now) })
      }
    }
    if (present.size) await markSeen(sql, [...present.values()])
    poll()
  }

  /**
   * Reports all messages up to `position` as delivered. The process that sent them can have died before it saved that.
   */
  const reportUntil = ({ id, now }: Workspace, contact_id: string, position: number) =>
    updateInAppStatus(sql, id, receivedUntil(sql, contact_id, position), 'delivered', now())

  function assertBelowLimits({ session, contact }: Visitor) {
    const mine = [...watchers].filter((one) =>
      contact
        ? one.session.workspace_id === session.workspace_id && one.contact_id === contact.id
        : one.session.visitor_id === session.visitor_id,
    )
    if (mine.length >= per_contact) throw tooMany(`A contact can have ${per_contact} streams`)
    if (watchers.size >= per_process || closed) throw tooMany('This server has reached its limit of streams')
  }

  return {
    async open(visitor, after) {
      assertBelowLimits(visitor)
      if (visitor.contact && after !== undefined) await reportUntil(visitor.workspace, visitor.contact.id, after)
      startListening()
      const { session, contact, workspace } = visitor
      const display = displayOf(workspace, links)
      const stream = eventStream({
        onIdle: () => watcher.is_behind && poll(),
        onClosed() {
          if (watchers.delete(watcher)) open_streams.dec()
        },
      })
      const position = after
      const watcher: Watcher = { session, contact_id: contact?.id, position, display, stream, is_behind: false }
      watchers.add(watcher)
      open_streams.inc()
      poll()
      return stream.readable
    },
    async close() {
      closed = true
      stopListening()
      for (const timer of timers) clearInterval(timer)
      for (const { stream } of watchers) stream.end()
      await delivered.close()
      await listening?.then((listener) => listener.unlisten()).catch(() => {})
    },
  }
}

const tooMany = (message: string) =>
  new ApiError(429, 'rate_limit_exceeded', `${message}, close one first`, { 'retry-after': '10' })

/** Returns a function that runs `work`, one run at a time. Calls during a run cause one more run. */
function coalesced(work: () => Promise<void>, onError: (error: unknown) => void): () => void {
  let requested = false
  let running = false
  async function run() {
    running = true
    while (requested) {
      requested = false
      await work().catch(onError)
      await new Promise((resolve) => setTimeout(resolve, PAUSE_BETWEEN_POLLS_MS))
    }
    running = false
  }
  return () => {
    requested = true
    if (!running) void run()
  }
}

/**
 * Sends new messages to each idle watcher; the others are behind until they have sent what is queued. Returns true if
 * an idle watcher may have more to receive.
 */
async function sendNew(
  sql: Pool,
  watchers: Watcher[],
  send: (watcher: Watcher, arrival: InAppDelivery) => void,
): Promise<boolean> {
  const ready = watchers.filter((watcher) => {
    watcher.is_behind = !watcher.stream.is_idle
    return watcher.contact_id !== undefined && watcher.stream.is_idle
  })
  for (let n = 0; n < ready.length; n += MAX_WATCHERS) {
    const batch = ready.slice(n, n + MAX_WATCHERS)
    const keys = batch.map(({ session, contact_id = '' }) => ({ workspace_id: session.workspace_id, contact_id }))
    const starts = batch.map(async (watcher, n) => (watcher.position ??= await startPosition(sql, keys[n]!)))
    const since = await Promise.all(starts)
    await assignPositions(sql, keys)
    const found = await listInAppSince(
      sql,
      keys.map((key, n) => ({ ...key, since: since[n]! })),
      MAX_MESSAGES,
    )
    const sent = batch.map(() => 0)
    for (const arrival of found) {
      send(batch[arrival.reader - 1]!, arrival)
      sent[arrival.reader - 1]!++
    }
    for (const [n, watcher] of batch.entries()) if (sent[n]! >= MAX_MESSAGES) watcher.is_behind = true
  }
  return ready.some((watcher) => watcher.is_behind && watcher.stream.is_idle)
}

/** Reports messages as delivered, in batches, and retries until they are saved. */
function reporter(sql: Pool, onError: (error: unknown) => void) {
  let pending: Pick<InAppDelivery, 'workspace_id' | 'delivery_id'>[] = []
  let timer: NodeJS.Timeout | undefined
  let writing = Promise.resolve()

  async function write() {
    const batches = Map.groupBy(pending, ({ workspace_id }) => workspace_id)
    pending = []
    for (const [workspace_id, batch] of batches) {
      await writeDelivered(workspace_id, batch).catch((error) => {
        pending.push(...batch)
        onError(error)
        schedule(RETRY_AFTER_MS)
      })
    }
  }

  async function writeDelivered(workspace_id: string, batch: typeof pending) {
    const which = sql`id = any(${batch.map(({ delivery_id }) => delivery_id)}::bigint[])`
    const workspace = await openWorkspace(sql, workspace_id)
    await updateInAppStatus(sql, workspace_id, which, 'delivered', workspace.now())
  }

  function schedule(ms: number) {
    timer ??= setTimeout(() => void flush(), ms)
  }

  function flush() {
    clearTimeout(timer)
    timer = undefined
    writing = writing.then(write)
    return writing
  }

  return {
    add(one: Pick<InAppDelivery, 'workspace_id' | 'delivery_id'>) {
      pending.push(one)
      schedule(REPORT_AFTER_MS)
    },
    /** Writes what is pending, once. */
    async close() {
      await flush()
      clearTimeout(timer)
    },
  }
}

const eventOf = (arrival: InAppDelivery, display: MessengerDisplay) => {
  const attachments = arrival.attachments as Attachment[]
  return {
    type: 'message' as const,
    conversation_id: arrival.conversation_id,
    part:
      arrival.part_id === null
        ? presentOpening({ ...arrival, attachments, source_id: arrival.message_id }, display)
        : presentPart(
            { ...arrival, attachments, trimmed: null, id: arrival.part_id, part_type: arrival.part_type ?? 'comment' },
            display,
          ),
  }
}
