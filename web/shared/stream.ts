// What changes in the workspace, as it happens. The tabs of a browser share one stream, because a browser opens at most six
// connections to a host: the tab that holds a lock reads it, and broadcasts what it reads to the others.
import { signal } from '@preact/signals'

/** `topic` says what happened to the object `id`. `at` is in Unix seconds. */
export type Change = { topic: string; id: string; conversation_id: string | null; at: number }

type Broadcast =
  | { kind: 'change'; position: string; change: Change }
  | { kind: 'state'; state: StreamState }
  | { kind: 'missed' }

export type StreamState = 'connecting' | 'live' | 'reconnecting'

export const stream_state = signal<StreamState>('connecting')

const listeners = new Set<(change: Change) => void>()
const reopened = new Set<() => void>()
let position = ''

/** Calls `listener` for each change. Returns a function that ends that. */
export function onChange(listener: (change: Change) => void): () => void {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

/** Calls `listener` when the stream is back after it was interrupted, as changes may have been missed. */
export function onReopened(listener: () => void): () => void {
  reopened.add(listener)
  return () => void reopened.delete(listener)
}

const LOCK = 'interphone-stream'
/** After a stream that the server refused; a lost connection is opened again by the browser itself. */
const AGAIN_AFTER_MS = 3_000

/** Starts to read. Returns a function that ends it, and leaves the stream to another tab. */
export function openStream(): () => void {
  const channel = typeof BroadcastChannel === 'undefined' ? undefined : new BroadcastChannel(LOCK)
  const ending = new AbortController()
  let is_leader = false
  channel?.addEventListener('message', ({ data }: MessageEvent<Broadcast>) => {
    if (is_leader) return channel.postMessage({ kind: 'state', state: stream_state.value } satisfies Broadcast)
    if (data.kind === 'state') enter(data.state)
    else if (data.kind === 'missed') miss()
    else take(data.position, data.change)
  })
  // A tab that opens later does not know the state: any message makes the leader send it.
  channel?.postMessage({ kind: 'state', state: 'connecting' } satisfies Broadcast)

  const lead = () => {
    is_leader = true
    return read(ending.signal, (message) => channel?.postMessage(message))
  }
  // Locks exist only on HTTPS and on this machine.
  const reading = navigator.locks ? navigator.locks.request(LOCK, { signal: ending.signal }, lead) : lead()
  reading.catch(() => {})
  return () => {
    ending.abort()
    channel?.close()
  }
}

/** Reads until `ending`. */
function read(ending: AbortSignal, broadcast: (message: Broadcast) => void): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  let source: EventSource
  let timer: ReturnType<typeof setTimeout> | undefined
  const say = (state: StreamState) => {
    broadcast({ kind: 'state', state })
    enter(state)
  }
  const open = () => {
    source = new EventSource(`/extensions/stream${position && `?last_event_id=${encodeURIComponent(position)}`}`)
    source.addEventListener('open', () => say('live'))
    source.addEventListener('changed', ({ data, lastEventId }) => {
      const change = JSON.parse(data) as Change
      broadcast({ kind: 'change', position: lastEventId, change })
      take(lastEventId, change)
    })
    source.addEventListener('missed', () => {
      broadcast({ kind: 'missed' })
      miss()
    })
    source.addEventListener('error', () => {
      say('reconnecting')
      if (source.readyState === EventSource.CLOSED) timer = setTimeout(open, AGAIN_AFTER_MS)
    })
  }
  ending.addEventListener('abort', () => {
    clearTimeout(timer)
    source.close()
    resolve()
  })
  open()
  return promise
}

function enter(state: StreamState): void {
  const is_back = state === 'live' && stream_state.value === 'reconnecting'
  stream_state.value = state
  if (is_back) miss()
}

/** Some changes were not received: what is shown is asked for again. */
function miss(): void {
  for (const listener of reopened) listener()
}

function take(its_position: string, change: Change): void {
  position = its_position
  for (const listener of listeners) listener(change)
}
