// A messenger for tests: signs in over HTTP, and reads a real stream.
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { EventSource } from 'eventsource'
import { eventually } from './factories.ts'

export type StreamEvent = {
  id: string
  data: { type: string; conversation_id: string; part: { id: string; body: string | null } }
}

export type StreamReader = {
  readonly events: StreamEvent[]
  /** Bodies in the order in which they arrived. */
  bodies(): (string | null)[]
  /** Waits until that many have arrived. */
  until(count: number, within_ms?: number): Promise<StreamEvent[]>
  readonly opened: number
  /** Closed for good, like an EventSource after an error status. */
  readonly is_over: boolean
  close(): void
}

const STREAM = '/extensions/messenger/stream'

/** Like a browser: the session is in the URL, and it reconnects by itself with the last id. */
export function eventSource(url: string, session: string, last_event_id?: string): StreamReader {
  const address = new URL(STREAM, url)
  address.searchParams.set('session', session)
  if (last_event_id) address.searchParams.set('last_event_id', last_event_id)
  const source = new EventSource(address)
  const events: StreamEvent[] = []
  let opened = 0
  source.addEventListener('open', () => opened++)
  source.addEventListener('message', ({ lastEventId, data }) =>
    events.push({ id: lastEventId, data: JSON.parse(data) }),
  )
  return {
    events,
    bodies: () => events.map(({ data }) => data.part.body),
    until: (count, within_ms) =>
      eventually(
        async () => events,
        ({ length }) => length >= count,
        within_ms,
      ),
    get opened() {
      return opened
    },
    get is_over() {
      return source.readyState === EventSource.CLOSED
    },
    close: () => source.close(),
  }
}

/** A reader that opens a stream and reads nothing until it is told to. */
export async function slowReader(url: string, session: string): Promise<Socket> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  await once(socket, 'connect')
  socket.pause()
  socket.write(`GET ${STREAM} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${session}\r\n\r\n`)
  return socket
}

export async function signIn(url: string, body: object): Promise<{ token: string; contact: { id: string } }> {
  const answer = await fetch(new URL('/extensions/messenger/sessions', url), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  if (answer.status !== 200) throw new Error(`${answer.status} ${await answer.text()}`)
  return answer.json() as never
}
