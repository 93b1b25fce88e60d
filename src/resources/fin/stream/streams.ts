// The event streams of sessions: each sends the events of one session to one reader, and ends after the last one.
import type { Readable } from 'node:stream'
import type { FastifyBaseLogger } from 'fastify'
import type { Pool } from '#db/sql.ts'
import { ApiError } from '#http/errors.ts'
import { type EventStream, eventStream, heartbeatOrAbort, type StreamLimits } from '#http/event-stream.ts'
import { listEventsAfter } from '../event-queries.ts'
import type { StreamToken } from './token.ts'

const POLL_EVERY_MS = 50
const HEARTBEAT_EVERY_MS = 15_000
const STUCK_FOR_MS = 30_000
const PER_PROCESS = 10_000

type Reader = Omit<StreamToken, 'expires_at'> & { ends_after: bigint; expires_at: number; stream: EventStream }

/** `after`: the last event that the reader has. An event up to `token.after` belongs to an earlier turn, and ends no stream. */
type Wanted = { token: StreamToken; after: string }

export function finStreams(
  sql: Pool,
  log: Pick<FastifyBaseLogger, 'warn'>,
  { heartbeat_every_ms = HEARTBEAT_EVERY_MS, stuck_for_ms = STUCK_FOR_MS }: Partial<StreamLimits> = {},
) {
  const readers = new Set<Reader>()
  let timers: NodeJS.Timeout[] = []
  let polling: Promise<void> | undefined

  function poll(): void {
    polling ??= sendNew()
      .catch((error) => log.warn({ err: error }, 'could not read events of Fin; trying again'))
      .finally(() => {
        polling = undefined
      })
  }

  async function sendNew(): Promise<void> {
    const idle = [...readers].filter(({ stream }) => stream.is_idle)
    if (!idle.length) return
    for (const { reader: at, id, event, is_done } of await listEventsAfter(sql, idle)) {
      const reader = idle[at]!
      const is_last = is_done && BigInt(id) > reader.ends_after
      if (!readers.has(reader)) continue
      reader.after = id
      reader.stream.send(`id: ${id}\ndata: ${JSON.stringify(event)}\n\n`, is_last ? () => end(reader) : undefined)
      if (is_last) readers.delete(reader)
    }
  }

  /** After the last event is written: `end` drops what waits. */
  const end = ({ stream }: Reader) => setImmediate(() => stream.end())

  function checkAll(): void {
    for (const { stream, expires_at } of readers) {
      if (expires_at < Date.now()) stream.end()
      else heartbeatOrAbort(stream, stuck_for_ms)
    }
  }

  function stopTimers(): void {
    for (const timer of timers) clearInterval(timer)
    timers = []
  }

  return {
    /** @throws a 429 if too many streams are open. */
    open({ token, after }: Wanted): Readable {
      if (readers.size >= PER_PROCESS)
        throw new ApiError(429, 'rate_limit_exceeded', 'Too many streams are open', { 'retry-after': '10' })
      const stream = eventStream({
        onIdle: () => {},
        onClosed() {
          readers.delete(reader)
          if (!readers.size) stopTimers()
        },
      })
      const reader: Reader = { ...token, after, ends_after: BigInt(token.after), stream }
      readers.add(reader)
      if (!timers.length) timers = [setInterval(poll, POLL_EVERY_MS), setInterval(checkAll, heartbeat_every_ms)]
      return stream.readable
    },
    async close(): Promise<void> {
      stopTimers()
      for (const { stream } of readers) stream.end()
      await polling
    },
  }
}
