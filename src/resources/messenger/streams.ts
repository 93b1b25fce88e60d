// The streams of a process: each carries one contact's in-app messages to one messenger. All of them share their look-ups.
import type { Readable } from 'node:stream'
import type { FastifyBaseLogger } from 'fastify'
import { Gauge, register } from 'prom-client'
import type { Pool } from '#db/sql.ts'
import { type Arrival, arrivals, beginningOf, gotUntil, placeWaiting } from '#delivery/in-app.ts'
import { reportInApp } from '#delivery/report.ts'
import { messengerSignal } from '#delivery/signals.ts'
import type { Links } from '#files/link.ts'
import { ApiError } from '#http/errors.ts'
import { type EventStream, eventStream, type StreamLimits } from '#http/event-stream.ts'
import type { Attachment } from '#resources/attachments/schema.ts'
import { markSeen, type SeenContact } from '#resources/contacts/activity-queries.ts'
import { displayOf } from '#resources/conversations/display.ts'
import { timeOn } from '#workspaces/clock.ts'
import { openWorkspace } from '#workspaces/open.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { type Linking, presentOpening, presentPart } from './conversations/schema.ts'
import { lookUpSessions } from './sessions/queries.ts'
import { refusalOf, type Visitor } from './sessions/recognize.ts'
import { hasExpired, type Session } from './sessions/token.ts'

const LIMITS: StreamLimits = {
  look_every_ms: 5_000,
  beat_every_ms: 15_000,
  stuck_for_ms: 30_000,
  of_one: 20,
  in_all: 10_000,
}

export type Streams = {
  /** @throws a 429 where there are too many. `after` is the last event that the messenger has got. */
  open(visitor: Visitor, after: number | undefined): Promise<Readable>
  close(): Promise<void>
}

/** One open stream, how far it has come, and whether there may be more than it has been given. */
type Watcher = {
  session: Session
  /** Undefined of a visitor who has not written yet. */
  contact_id: string | undefined
  position: number | undefined
  stream: EventStream
  linking: Linking
  is_behind: boolean
}

/** What one reader gets at once: what is held for it in memory. */
const MOST_AT_ONCE = 20
/** Readers in one query. */
const MOST_READERS = 500
const LOOKS_APART_MS = 10
/** What is taken in this time is reported together. */
const REPORTED_AFTER_MS = 20
const TRY_AGAIN_AFTER_MS = 1_000

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
  const { look_every_ms, beat_every_ms, stuck_for_ms, of_one, in_all } = { ...LIMITS, ...limits }
  const watchers = new Set<Watcher>()
  const warned = (what: string) => (error: unknown) => log.warn({ err: error }, what)
  let listening: Promise<{ unlisten(): Promise<void> }> | undefined
  let timers: NodeJS.Timeout[] = []
  let closed = false

  const taken = reporter(sql, warned('could not write down what messengers took; trying again'))
  const look = coalesced(async () => {
    if (watchers.size && !closed && (await lookFor(sql, [...watchers], hand))) look()
  }, warned('could not look for in-app messages'))
  const checkSessions = coalesced(check, warned('could not look up sessions'))
  const beStill = messengerSignal.onNotify(look)

  function hand(watcher: Watcher, arrival: Arrival) {
    watcher.position = Number(arrival.position)
    watcher.stream.send({ id: arrival.position, data: eventOf(arrival, watcher.linking) }, () => {
      if (arrival.status === 'sent') taken.add(arrival)
    })
  }

  /** Listening begins with the first stream, so that a server without messengers has nothing of it. */
  function begin() {
    if (timers.length) return
    listening = messengerSignal.listen(sql, look)
    listening.catch(warned('could not listen for in-app messages; looking for them from time to time'))
    timers = [setInterval(checkSessions, look_every_ms), setInterval(beat, beat_every_ms)]
  }

  function beat() {
    for (const { stream } of watchers) {
      if (Date.now() - (stream.stuck_since ?? Number.POSITIVE_INFINITY) > stuck_for_ms) stream.cut()
      else stream.beat()
    }
  }

  /** Ends what is over, and keeps it known that the others are here. */
  async function check() {
    const now = new Date()
    const asked = [...watchers]
    const sessions = asked.map(({ session }) => session)
    const rows = new Map((await lookUpSessions(sql, sessions)).map((row) => [row.number, row]))
    const present = new Map<string, SeenContact>()
    for (const [n, watcher] of asked.entries()) {
      const row = rows.get(n + 1)
      if (hasExpired(watcher.session, now) || refusalOf(watcher.session, row)) watcher.stream.end()
      else if (row?.contact) {
        const { workspace_id, id } = row
        watcher.contact_id = id
        present.set(`${workspace_id} ${id}`, { workspace_id, id, at: timeOn(row, now) })
      }
    }
    if (present.size) await markSeen(sql, [...present.values()])
    look()
  }

  /** Who took it may have died before that was written down; the messenger knows. */
  const believe = ({ id, now }: Workspace, contact_id: string, position: number) =>
    reportInApp(sql, id, gotUntil(sql, contact_id, position), 'delivered', now())

  function assertRoom({ session, contact }: Visitor) {
    const mine = [...watchers].filter((one) =>
      contact
        ? one.session.workspace_id === session.workspace_id && one.contact_id === contact.id
        : one.session.visitor_id === session.visitor_id,
    )
    if (mine.length >= of_one) throw tooMany(`A contact can have ${of_one} streams`)
    if (watchers.size >= in_all || closed) throw tooMany('There are as many streams as this server takes')
  }

  return {
    async open(visitor, after) {
      assertRoom(visitor)
      if (visitor.contact && after !== undefined) await believe(visitor.workspace, visitor.contact.id, after)
      begin()
      const { session, contact, workspace } = visitor
      const linking = displayOf(workspace, links)
      const watcher = { session, contact_id: contact?.id, position: after, linking, is_behind: false }
      const stream = eventStream({
        onIdle: () => watching.is_behind && look(),
        onClosed() {
          if (watchers.delete(watching)) open_streams.dec()
        },
      })
      const watching: Watcher = { ...watcher, stream }
      watchers.add(watching)
      open_streams.inc()
      look()
      return stream.readable
    },
    async close() {
      closed = true
      beStill()
      for (const timer of timers) clearInterval(timer)
      for (const { stream } of watchers) stream.end()
      await taken.close()
      await listening?.then((heard) => heard.unlisten()).catch(() => {})
    },
  }
}

const tooMany = (message: string) =>
  new ApiError(429, 'rate_limit_exceeded', `${message}, close one first`, { 'retry-after': '10' })

/** Runs `work` once for however many calls, and once more where a call came meanwhile. */
function coalesced(work: () => Promise<void>, onError: (error: unknown) => void): () => void {
  let asked = false
  let running = false
  async function run() {
    running = true
    while (asked) {
      asked = false
      await work().catch(onError)
      await new Promise((resolve) => setTimeout(resolve, LOOKS_APART_MS))
    }
    running = false
  }
  return () => {
    asked = true
    if (!running) void run()
  }
}

/**
 * Gives each watcher that is idle what there is for it; the others are behind until they have taken what they have. True
 * where one that has taken all of it already may have more to come.
 */
async function lookFor(
  sql: Pool,
  watchers: Watcher[],
  hand: (watcher: Watcher, arrival: Arrival) => void,
): Promise<boolean> {
  const ready = watchers.filter((watcher) => {
    watcher.is_behind = !watcher.stream.is_idle
    return watcher.contact_id !== undefined && watcher.stream.is_idle
  })
  for (let n = 0; n < ready.length; n += MOST_READERS) {
    const some = ready.slice(n, n + MOST_READERS)
    const keys = some.map(({ session, contact_id = '' }) => ({ workspace_id: session.workspace_id, contact_id }))
    const starts = some.map(async (watcher, n) => (watcher.position ??= await beginningOf(sql, keys[n]!)))
    const since = await Promise.all(starts)
    await placeWaiting(sql, keys)
    const found = await arrivals(
      sql,
      keys.map((key, n) => ({ ...key, since: since[n]! })),
      MOST_AT_ONCE,
    )
    const given = some.map(() => 0)
    for (const arrival of found) {
      hand(some[arrival.reader - 1]!, arrival)
      given[arrival.reader - 1]!++
    }
    for (const [n, watcher] of some.entries()) if (given[n]! >= MOST_AT_ONCE) watcher.is_behind = true
  }
  return ready.some((watcher) => watcher.is_behind && watcher.stream.is_idle)
}

/** Reports as delivered what messengers took, many together, again and again until it is written. */
function reporter(sql: Pool, onError: (error: unknown) => void) {
  let gathered: Pick<Arrival, 'workspace_id' | 'delivery_id'>[] = []
  let timer: NodeJS.Timeout | undefined
  let writing = Promise.resolve()

  async function write() {
    const batch = Map.groupBy(gathered, ({ workspace_id }) => workspace_id)
    gathered = []
    for (const [workspace_id, some] of batch) {
      await report(workspace_id, some).catch((error) => {
        gathered.push(...some)
        onError(error)
        later(TRY_AGAIN_AFTER_MS)
      })
    }
  }

  async function report(workspace_id: string, some: typeof gathered) {
    const which = sql`id = any(${some.map(({ delivery_id }) => delivery_id)}::bigint[])`
    const workspace = await openWorkspace(sql, workspace_id)
    await reportInApp(sql, workspace_id, which, 'delivered', workspace.now())
  }

  function later(ms: number) {
    timer ??= setTimeout(() => void flush(), ms)
  }

  function flush() {
    clearTimeout(timer)
    timer = undefined
    writing = writing.then(write)
    return writing
  }

  return {
    add(one: Pick<Arrival, 'workspace_id' | 'delivery_id'>) {
      gathered.push(one)
      later(REPORTED_AFTER_MS)
    },
    /** Writes what there is a last time. */
    async close() {
      await flush()
      clearTimeout(timer)
    },
  }
}

const eventOf = (arrival: Arrival, linking: Linking) => {
  const attachments = arrival.attachments as Attachment[]
  return {
    type: 'message' as const,
    conversation_id: arrival.conversation_id,
    part:
      arrival.part_id === null
        ? presentOpening({ ...arrival, attachments, source_id: arrival.message_id }, linking)
        : presentPart(
            { ...arrival, attachments, id: arrival.part_id, part_type: arrival.part_type ?? 'comment' },
            linking,
          ),
  }
}
