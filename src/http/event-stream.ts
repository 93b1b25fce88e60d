// Server-sent events, as https://html.spec.whatwg.org/multipage/server-sent-events.html has them: one stream to one reader.
import { Readable } from 'node:stream'

export type EventToSend = {
  /** What a reader that comes back names as the last that it has got. */
  id: string
  /** `message` where absent. */
  event?: string
  data: object
}

export type EventStream = {
  /** What the reader is answered with. */
  readonly readable: Readable
  /** `taken` is called when the reader's connection takes it, which may be never. */
  send(event: EventToSend, taken: () => void): void
  /** Shows the reader, and whatever is between, that the connection lives. */
  beat(): void
  /** Ends it in good order; what waits is not taken any more. */
  end(): void
  /** Breaks it off: the reader takes nothing. */
  cut(): void
  /** Whether all that was sent has been taken. */
  readonly is_idle: boolean
  /** Since when, in milliseconds since 1970, the reader has taken nothing of what waits; undefined where nothing does. */
  readonly stuck_since: number | undefined
}

/** How long the streams of a process wait, and how many there may be. */
export type StreamLimits = {
  /** How often sessions are checked, and messages are looked for that no signal announced. */
  look_every_ms: number
  beat_every_ms: number
  /** A reader that takes nothing of what waits for it is cut off after this long. */
  stuck_for_ms: number
  /** Streams of one contact, and of the process. */
  of_one: number
  in_all: number
}

/** What goes ahead of a reader's connection into memory; the network's own buffers come on top. */
const AHEAD_BYTES = 16 * 1024
/** What a reader waits, in milliseconds, before it comes back. */
const COMES_BACK_AFTER_MS = 2_000

export const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache, no-transform',
  connection: 'close', // Whoever comes back comes anew: an ended stream must not hold up a server that stops.
  'x-accel-buffering': 'no', // Proxies such as nginx pass on what they get at once.
}

/**
 * The stream itself bounds nothing: who sends looks whether it `is_idle` before there is more, and cuts it where it is
 * stuck. `onIdle` is called when the last of what waited is taken, `onClosed` once, however it ended.
 */
export function eventStream({ onIdle, onClosed }: { onIdle(): void; onClosed(): void }): EventStream {
  const waiting: { text: string; taken(): void }[] = []
  let has_room = false
  let is_over = false
  let moved_at = 0

  const readable = new Readable({
    highWaterMark: AHEAD_BYTES,
    read() {
      has_room = true
      pass()
    },
    destroy(error, done) {
      is_over = true
      waiting.length = 0
      onClosed()
      done(error)
    },
  })

  function pass() {
    if (!waiting.length) return
    for (let next = waiting[0]; next && has_room; next = waiting[0]) {
      waiting.shift()
      moved_at = Date.now()
      has_room = readable.push(next.text)
      next.taken()
    }
    if (!waiting.length) onIdle()
  }

  readable.push(`retry: ${COMES_BACK_AFTER_MS}\n\n`)

  return {
    readable,
    send(event, taken) {
      if (is_over) return
      if (!waiting.length) moved_at = Date.now()
      waiting.push({ text: written(event), taken })
      pass()
    },
    beat() {
      if (!is_over && has_room && !waiting.length) has_room = readable.push(':\n\n')
    },
    end() {
      if (is_over) return
      is_over = true
      waiting.length = 0
      readable.push(null)
    },
    cut: () => void readable.destroy(),
    get is_idle() {
      return !waiting.length
    },
    get stuck_since() {
      return waiting.length ? moved_at : undefined
    },
  }
}

/** JSON has no line breaks outside of its strings, and none in them that are not escaped. */
const written = ({ id, event, data }: EventToSend): string =>
  `id: ${id}\n${event ? `event: ${event}\n` : ''}data: ${JSON.stringify(data)}\n\n`
