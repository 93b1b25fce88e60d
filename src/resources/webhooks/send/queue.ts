// The leased notifications of one subscription in this process: some are being sent, the others wait.
import { type Busy, type Leased, MOST_LEASED } from './queries.ts'

/** Notifications that are sent at once: a slow endpoint holds no more sockets than these. */
const AT_ONCE = 20
export type Queue = {
  add(leased: Leased): void
  /** Returns how many more can be leased. */
  busy(): Busy
  /** Returns those that wait, and forgets them. */
  takeWaiting(): Leased[]
  /** Resolves when nothing is being sent any more. */
  ended(): Promise<unknown>
}

type Uses = {
  /** Never rejects. */
  send(leased: Leased): Promise<void>
  /** Many more can be leased. */
  onRoom(): void
  /** It holds nothing any more. */
  onEmpty(): void
}

export function queueOf(
  { workspace_id, subscription_id }: Pick<Leased, 'workspace_id' | 'subscription_id'>,
  { send, onRoom, onEmpty }: Uses,
): Queue {
  let waiting: Leased[] = []
  const running = new Set<Promise<void>>()

  function next(): void {
    while (running.size < AT_ONCE && waiting.length) {
      const sent = send(waiting.shift()!).then(() => {
        running.delete(sent)
        next()
        if (waiting.length < AT_ONCE) onRoom()
        if (!waiting.length && !running.size) onEmpty()
      })
      running.add(sent)
    }
  }

  return {
    add(leased) {
      waiting.push(leased)
      next()
    },
    busy: () => ({
      ...{ workspace_id, subscription_id },
      room: waiting.length < AT_ONCE ? MOST_LEASED - running.size - waiting.length : 0,
    }),
    takeWaiting() {
      const taken = waiting
      waiting = []
      return taken
    },
    ended: () => Promise.all(running),
  }
}
