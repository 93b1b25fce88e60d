// The streams of a process that follow a log: each sends the rows of one workspace, as they commit, to one reader.
import type { Readable } from 'node:stream'
import type { FastifyBaseLogger } from 'fastify'
import type { Gauge } from 'prom-client'
import type { Pool } from '#db/sql.ts'
import { endOfEvents, isBefore, type Position } from '#events/read.ts'
import { ApiError } from '#http/errors.ts'
import { type EventStream, eventStream, heartbeatOrAbort, type StreamLimits } from '#http/event-stream.ts'
import { followEnd, tryAgain } from './log-end.ts'

const HEARTBEAT_EVERY_MS = 15_000
/** The connection of a reader that reads nothing for this time, although events wait, is aborted. */
const STUCK_FOR_MS = 30_000
/** Rows that one query reads for a group of readers, and the groups that share a query. */
const BATCH = 200
const GROUPS = 50
const PER_WORKSPACE = 5_000
const PER_PROCESS = 10_000

/** A reader: `wants` is what its kind of log needs to know. */
export type Reader<Wants> = {
  workspace_id: string
  wants: Wants
  /** The last row that the reader received; undefined: only new ones. */
  after: Position | undefined
  /** Throws when the reader may no longer read, such as after its token was revoked. */
  check(): unknown
}

export type Watcher<Wants> = { workspace_id: string; wants: Wants; position: Position; stream: EventStream }

/** A log, as streams follow it. */
export type StreamedLog<Row extends { position: Position }, Wants> = {
  /** Returns the next rows of each reader, at most `limit`, oldest first. */
  read(sql: Pool, readers: readonly { workspace_id: string; position: Position }[], limit: number): Promise<Row[][]>
  /** Sends rows to readers of one workspace; calls `sent` after each. */
  send(workspace_id: string, rows: Row[], readers: readonly Watcher<Wants>[], sent: (row: Row) => void): Promise<void>
  /** Called at each heartbeat with the workspaces that have a reader. */
  keep?(workspaces: ReadonlySet<string>): Promise<void>
  open_streams: Gauge
}

export function logStreams<Row extends { position: Position }, Wants>(
  sql: Pool,
  log: Pick<FastifyBaseLogger, 'warn' | 'error'>,
  { read, send, keep, open_streams }: StreamedLog<Row, Wants>,
  { heartbeat_every_ms = HEARTBEAT_EVERY_MS, stuck_for_ms = STUCK_FOR_MS }: Partial<StreamLimits> = {},
) {
  type Open = Watcher<Wants> & Pick<Reader<Wants>, 'check'>
  const watchers = new Set<Open>()
  let timer: NodeJS.Timeout | undefined
  let unfollow: (() => Promise<void>) | undefined
  const ending = new Set<Promise<void>>()

  /**
   * Readers with the same position share a query. Those that still have events to write are left for later, and those that
   * have read up to the end of the log need none.
   */
  async function sendNew(end: Position): Promise<void> {
    const behind = [...watchers].filter(({ stream, position }) => stream.is_idle && isBefore(position, end))
    const groups = [...Map.groupBy(behind, ({ workspace_id, position }) => `${workspace_id} ${position}`).values()]
    while (groups.length) {
      const some = groups.splice(0, GROUPS)
      const firsts = some.map(([first]) => first!)
      const logs = await read(sql, firsts, BATCH)
      await Promise.all(some.map((group, n) => sendTo(group, logs[n]!, end).catch(tryAgain(log))))
    }
  }

  async function sendTo(group: Open[], rows: Row[], end: Position): Promise<void> {
    const moveTo = (position: Position) => {
      for (const watcher of group) watcher.position = position
    }
    if (!rows.length) return moveTo(end)
    // After each one: if the database fails in between, nothing is sent twice.
    await send(group[0]!.workspace_id, rows, group, ({ position }) => moveTo(position))
  }

  async function checkAll(): Promise<void> {
    keep?.(new Set([...watchers].map(({ workspace_id }) => workspace_id))).catch(tryAgain(log))
    for (const { stream, check } of watchers) {
      heartbeatOrAbort(stream, stuck_for_ms)
      try {
        await check()
      } catch {
        stream.end()
      }
    }
  }

  function assertBelowLimits(workspace_id: string): void {
    const mine = [...watchers].filter((watcher) => watcher.workspace_id === workspace_id).length
    if (mine >= PER_WORKSPACE || watchers.size >= PER_PROCESS)
      throw new ApiError(429, 'rate_limit_exceeded', 'Too many streams are open, close one first', {
        'retry-after': '10',
      })
  }

  function begin(): void {
    unfollow ??= followEnd(sql, log, sendNew)
    timer ??= setInterval(() => void checkAll(), heartbeat_every_ms)
  }

  function stop(): void {
    clearInterval(timer)
    timer = undefined
    const ended = unfollow?.()
    unfollow = undefined
    if (!ended) return
    ending.add(ended)
    ended.finally(() => ending.delete(ended))
  }

  return {
    assertBelowLimits,
    /** `first` is sent before anything else. @throws a 429 if too many streams are open. */
    async open(
      { workspace_id, wants, after, check }: Reader<Wants>,
      first?: (position: Position) => string,
    ): Promise<Readable> {
      assertBelowLimits(workspace_id)
      const position = after ?? (await endOfEvents(sql))
      const stream = eventStream({
        onIdle: () => {},
        onClosed() {
          if (watchers.delete(watcher)) open_streams.dec()
          if (!watchers.size) stop()
        },
      })
      const watcher: Open = { workspace_id, wants, position, stream, check }
      if (first) stream.send(first(position))
      watchers.add(watcher)
      open_streams.inc()
      begin()
      return stream.readable
    },
    async close(): Promise<void> {
      stop()
      for (const { stream } of watchers) stream.end()
      await Promise.all(ending)
    },
  }
}
