// What changes in the workspace, as it happens. The tabs of a browser share one stream, because a browser opens at most six
// connections to a host: the tab that holds a lock reads it, and broadcasts what it reads to the others.
import { signal } from '@preact/signals'

/** `topic` says what happened to the object `id`. `at` is in Unix seconds. */
export type Change = { topic: string; id: string; conversation_id: string | null; at: number }

type Broadcast =
  | { kind: 'ask' }
  | { kind: 'change'; position: string; change: Change }
  | { kind: 'state'; state: StreamState }
  | { kind: 'missed' }

/** `off`: the session may not read the stream. */
export type StreamState = 'connecting' | 'live' | 'reconnecting' | 'off'

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

/**
 * Calls `flush` with the number of changes that concern the caller, and after an interruption; changes within `collect_ms` are
 * one call. Returns a function that ends that.
 */
export function collectChanges(
  concerns: (change: Change) => boolean,
  flush: (count: number) => void,
  collect_ms: number,
): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  let count = 0
  const stale = () => {
    count++
    timer ??= setTimeout(() => {
      const collected = count
      timer = undefined
      count = 0
      flush(collected)
    }, collect_ms)
  }
  const ends = [onChange((change) => concerns(change) && stale()), onReopened(stale)]
  return () => {
    clearTimeout(timer)
    for (const end of ends) end()
  }
}

const LOCK = 'interphone-stream'
/** After a stream that the server refused; a lost connection is opened again by the browser itself. */
const AGAIN_AFTER_MS = 3_000

/**
 * Starts to read. Returns a function that ends it, and leaves the stream to another tab. Locks exist only on HTTPS and on this
 * machine: elsewhere each tab has a stream of its own.
 */
export function openStream(): () => void {
  position = ''
  stream_state.value = 'connecting'
  const ending = new AbortController()
  const locks = navigator.locks as LockManager | undefined
  if (!locks) void read(ending.signal, () => {})
  else share(locks, ending.signal)
  return () => ending.abort()
}

/** Reads if no other tab does, else receives what that one reads. */
function share(locks: LockManager, ending: AbortSignal): void {
  const channel = new BroadcastChannel(LOCK)
  const send = (message: Broadcast) => channel.postMessage(message)
  let is_leader = false
  channel.addEventListener('message', ({ data }: MessageEvent<Broadcast>) => {
    if (is_leader) {
      if (data.kind === 'ask') send({ kind: 'state', state: stream_state.value })
    } else if (data.kind === 'state') enter(data.state)
    else if (data.kind === 'missed') miss()
    else if (data.kind === 'change') take(data.position, data.change)
  })
  ending.addEventListener('abort', () => channel.close())
  send({ kind: 'ask' })
  const lead = () => {
    is_leader = true
    return read(ending, send)
  }
  locks.request(LOCK, { signal: ending }, lead).catch(() => {})
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

/** Also at first: what is shown may have been read before the stream was open. */
function enter(state: StreamState): void {
  const is_back = state === 'live' && stream_state.value !== 'live'
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
