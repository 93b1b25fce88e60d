// The realtime streams of a process: each sends the events of one workspace, as they commit, to one reader.
import type { Readable } from 'node:stream'
import type { FastifyBaseLogger } from 'fastify'
import { Gauge, register } from 'prom-client'
import type { Pool } from '#db/sql.ts'
import { type EventRow, endOfEvents, isBefore, type Position, readLogs } from '#events/read.ts'
import { ApiError } from '#http/errors.ts'
import { type EventStream, eventStream, eventText, heartbeatOrAbort, type StreamLimits } from '#http/event-stream.ts'
import { epoch } from '#http/types.ts'
import type { Version } from '#versions/versions.ts'
import { openWorkspace } from '#workspaces/open.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { itemOf, orShortItem } from './item.ts'
import { itemIn, topicIn } from './version.ts'

/** How long a reader waits for an event at most, when nothing else delays it. */
const POLL_EVERY_MS = 25
const HEARTBEAT_EVERY_MS = 15_000
/** The connection of a reader that reads nothing for this time, although events wait, is aborted. */
const STUCK_FOR_MS = 30_000
/** Events that one query reads for a group of readers, and the groups that share a query. */
const BATCH = 200
const GROUPS = 50
const PER_WORKSPACE = 5_000
const PER_PROCESS = 10_000

export type Wanted = {
  workspace: Workspace
  /** Undefined: all topics. */
  topics: ReadonlySet<string> | undefined
  /** The last event that the reader received; undefined: only new events. */
  after: Position | undefined
  /** Throws when the reader may no longer read, such as after its token was revoked. */
  check(): unknown
}

type Watcher = {
  workspace_id: string
  version: Version
  topics: Wanted['topics']
  position: Position
  stream: EventStream
  check: Wanted['check']
}

const open_streams = new Gauge({
  name: 'interphone_event_streams',
  help: 'Readers of realtime events that are connected now.',
  registers: [register],
})

export function realtimeStreams(
  sql: Pool,
  log: Pick<FastifyBaseLogger, 'warn' | 'error'>,
  { heartbeat_every_ms = HEARTBEAT_EVERY_MS, stuck_for_ms = STUCK_FOR_MS }: Partial<StreamLimits> = {},
) {
  const watchers = new Set<Watcher>()
  let timers: NodeJS.Timeout[] = []
  let polling: Promise<void> | undefined

  function poll(): void {
    polling ??= sendNew()
      .catch(tryAgain)
      .finally(() => {
        polling = undefined
      })
  }

  const tryAgain = (error: unknown) => log.warn({ err: error }, 'could not read events; trying again')

  /**
   * Readers with the same position share a query. Those that still have events to write are left for later, and those that
   * have read up to the end of the log need none.
   */
  async function sendNew(): Promise<void> {
    const end = await endOfEvents(sql)
    const behind = [...watchers].filter(({ stream, position }) => stream.is_idle && isBefore(position, end))
    const groups = [...Map.groupBy(behind, ({ workspace_id, position }) => `${workspace_id} ${position}`).values()]
    while (groups.length) {
      const some = groups.splice(0, GROUPS)
      const logs = await readLogs(
        sql,
        some.map(([first]) => first!),
        BATCH,
      )
      await Promise.all(some.map((group, n) => sendTo(group, logs[n]!, end).catch(tryAgain)))
    }
  }

  async function sendTo(group: Watcher[], events: EventRow[], end: Position): Promise<void> {
    const { workspace_id } = group[0]!
    if (!events.length) {
      for (const watcher of group) watcher.position = end
      return
    }
    const workspace = await openWorkspace(sql, workspace_id)
    for (const event of events) {
      const readers = group.filter(({ topics, version }) => !topics || topics.has(topicIn(event.topic, version)))
      if (readers.length) await sendEvent(workspace, event, readers)
      // After each one: if the database fails in between, nothing is sent twice.
      for (const watcher of group) watcher.position = event.position
    }
  }

  /** The item, and its text, are made once for each version. */
  async function sendEvent(workspace: Workspace, event: EventRow, readers: Watcher[]): Promise<void> {
    const item = await orShortItem(event, log, () => itemOf(workspace, event))
    for (const [version, same] of Map.groupBy(readers, ({ version }) => version)) {
      const data = presentEvent(
        { ...event, topic: topicIn(event.topic, version) },
        await orShortItem(event, log, () => itemIn(event.topic, item, version)),
      )
      const text = eventText({ id: event.position, event: data.topic, data })
      for (const { stream } of same) stream.send(text)
    }
  }

  async function checkAll(): Promise<void> {
    for (const { stream, check } of watchers) {
      heartbeatOrAbort(stream, stuck_for_ms)
      try {
        await check()
      } catch {
        stream.end()
      }
    }
  }

  function assertBelowLimits({ id }: Workspace): void {
    const mine = [...watchers].filter(({ workspace_id }) => workspace_id === id).length
    if (mine >= PER_WORKSPACE || watchers.size >= PER_PROCESS)
      throw new ApiError(429, 'rate_limit_exceeded', 'Too many streams are open, close one first', {
        'retry-after': '10',
      })
  }

  return {
    /** @throws a 429 if too many streams are open. */
    async open({ workspace, topics, after, check }: Wanted): Promise<Readable> {
      assertBelowLimits(workspace)
      const position = after ?? (await endOfEvents(sql))
      const stream = eventStream({
        onIdle: () => {},
        onClosed() {
          if (watchers.delete(watcher)) open_streams.dec()
          if (!watchers.size) stopTimers()
        },
      })
      const watcher: Watcher = {
        workspace_id: workspace.id,
        version: workspace.version,
        topics,
        position,
        stream,
        check,
      }
      watchers.add(watcher)
      open_streams.inc()
      if (!timers.length)
        timers = [setInterval(poll, POLL_EVERY_MS), setInterval(() => void checkAll(), heartbeat_every_ms)]
      return stream.readable
    },
    async close(): Promise<void> {
      stopTimers()
      for (const { stream } of watchers) stream.end()
      await polling
    },
  }

  function stopTimers(): void {
    for (const timer of timers) clearInterval(timer)
    timers = []
  }
}

/** As the notification of a webhook, without what is about its delivery. */
const presentEvent = ({ topic, created_at, position }: EventRow, item: object) => ({
  type: 'notification_event' as const,
  topic,
  id: position,
  created_at: epoch(created_at),
  data: { type: 'notification_event_data' as const, item },
})
