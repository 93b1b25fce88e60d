// Asks where the readable log ends: one query at a time in a process, for all of its streams.
import type { FastifyBaseLogger } from 'fastify'
import type { Pool } from '#db/sql.ts'
import { endOfEvents, type Position } from '#events/read.ts'

/** How long a reader waits for an event at most, when nothing else delays it. */
const POLL_EVERY_MS = 25

type Log = Pick<FastifyBaseLogger, 'warn'>
type Follower = { follow: (end: Position) => Promise<void>; log: Log }
type Poller = { followers: Set<Follower>; timer: NodeJS.Timeout | undefined; polling: Promise<void> | undefined }

const pollers = new WeakMap<Pool, Poller>()

/**
 * Calls `follow` with the end of the log, again and again, one call after the other. An error is logged, and the next call
 * comes as if there had been none. Returns a function that ends it, and resolves when no call runs any more.
 */
export function followEnd(sql: Pool, log: Log, follow: Follower['follow']): () => Promise<void> {
  const poller = pollers.get(sql) ?? { followers: new Set(), timer: undefined, polling: undefined }
  pollers.set(sql, poller)
  const follower = { follow, log }
  poller.followers.add(follower)
  poller.timer ??= setInterval(() => poll(sql, poller), POLL_EVERY_MS)
  return async () => {
    poller.followers.delete(follower)
    if (!poller.followers.size) {
      clearInterval(poller.timer)
      poller.timer = undefined
    }
    await poller.polling
  }
}

function poll(sql: Pool, poller: Poller): void {
  const { followers } = poller
  poller.polling ??= endOfEvents(sql)
    .then(async (end) => {
      await Promise.all([...followers].map(({ follow, log }) => follow(end).catch(tryAgain(log))))
    })
    .catch((error) => {
      for (const { log } of followers) tryAgain(log)(error)
    })
    .finally(() => {
      poller.polling = undefined
    })
}

export const tryAgain = (log: Log) => (error: unknown) =>
  log.warn({ err: error }, 'could not read events; trying again')
