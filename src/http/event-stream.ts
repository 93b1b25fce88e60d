// Server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html): one stream to one reader.
import type { IncomingHttpHeaders } from 'node:http'
import { Readable } from 'node:stream'
import { invalid } from './errors.ts'

export type EventToSend = {
  /** A reader that reconnects sends the id of the last event that it has received. */
  id: string
  /** Default: `message`. */
  event?: string
  data: object
}

export type EventStream = {
  /** The body of the answer. */
  readonly readable: Readable
  /** `text` is of `eventText`. `onWritten` is called when it is written to the reader's connection, which may never happen. */
  send(text: string, onWritten?: () => void): void
  /** Shows the reader and proxies that the connection is alive. */
  heartbeat(): void
  /** Ends the stream normally; waiting events are dropped. */
  end(): void
  /** Destroys the connection of a reader that reads nothing. */
  abort(): void
  /** Whether everything sent is written. */
  readonly is_idle: boolean
  /** Since when (Unix milliseconds) waiting events could not be written; undefined if none wait. */
  readonly stuck_since: number | undefined
}

/** The intervals and limits of the streams of a process. */
export type StreamLimits = {
  /** How often sessions are checked, and new messages are looked for in case a signal was lost. */
  poll_every_ms: number
  heartbeat_every_ms: number
  /** The connection of a reader that reads nothing for this time, although events wait, is aborted. */
  stuck_for_ms: number
  /** How many streams a contact can have. */
  per_contact: number
  /** How many streams the process can have. */
  per_process: number
}

/** How much is buffered in memory for each reader, besides the buffers of the network. */
const BUFFER_BYTES = 16 * 1024
/** The time after which a reader reconnects. */
const RECONNECT_AFTER_MS = 2_000

export const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache, no-transform',
  connection: 'close', // After a stream ends, an open connection would delay the stop of the server.
  'x-accel-buffering': 'no', // Proxies such as nginx forward events at once.
}

/**
 * The stream does not limit its waiting events: the sender sends more only if it `is_idle`, and aborts it if it is stuck.
 * `onIdle` is called when the last waiting event is written; `onClosed` once, however the stream ends.
 */
export function eventStream({ onIdle, onClosed }: { onIdle(): void; onClosed(): void }): EventStream {
  const waiting: { text: string; onWritten: (() => void) | undefined }[] = []
  let has_room = false
  let has_ended = false
  let written_at = 0

  const readable = new Readable({
    highWaterMark: BUFFER_BYTES,
    read() {
      has_room = true
      write()
    },
    destroy(error, done) {
      has_ended = true
      waiting.length = 0
      onClosed()
      done(error)
    },
  })

  function write() {
    if (!waiting.length) return
    for (let next = waiting[0]; next && has_room; next = waiting[0]) {
      waiting.shift()
      written_at = Date.now()
      has_room = readable.push(next.text)
      next.onWritten?.()
    }
    if (!waiting.length) onIdle()
  }

  readable.push(`retry: ${RECONNECT_AFTER_MS}\n\n`)

  return {
    readable,
    send(text, onWritten) {
      if (has_ended) return
      if (!waiting.length) written_at = Date.now()
      waiting.push({ text, onWritten })
      write()
    },
    heartbeat() {
      if (!has_ended && has_room && !waiting.length) has_room = readable.push(':\n\n')
    },
    end() {
      if (has_ended) return
      has_ended = true
      waiting.length = 0
      readable.push(null)
    },
    abort: () => void readable.destroy(),
    get is_idle() {
      return !waiting.length
    },
    get stuck_since() {
      return waiting.length ? written_at : undefined
    },
  }
}

/** Aborts the stream if waiting events could not be written for longer than `stuck_for_ms`; else keeps it alive. */
export function heartbeatOrAbort(stream: EventStream, stuck_for_ms: number): void {
  if (Date.now() - (stream.stuck_since ?? Number.POSITIVE_INFINITY) > stuck_for_ms) stream.abort()
  else stream.heartbeat()
}

/** Returns the event as it is sent, also to many readers. JSON.stringify writes no line breaks: `data` is always one line. */
export const eventText = ({ id, event, data }: EventToSend): string =>
  `id: ${id}\n${event ? `event: ${event}\n` : ''}data: ${JSON.stringify(data)}\n\n`

/**
 * Returns the Last-Event-ID of a request; undefined without one. When an EventSource reconnects, this header has the last event
 * that it received; its URL still has the first position. `what`: for the error, `an event`.
 * @throws a 400 for an id that `pattern` does not match
 */
export function lastEventId(
  { 'last-event-id': header }: IncomingHttpHeaders,
  { pattern, what }: { pattern: string; what: string },
): string | undefined {
  if (header === undefined || header === '') return undefined
  if (!new RegExp(pattern).test(String(header))) throw invalid(`Last-Event-ID is not the id of ${what}`)
  return String(header)
}
