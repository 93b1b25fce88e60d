// The loop of a worker process that queues callbacks. The loops of webhooks send them.
import { readAll, repeatEvery } from '#events/follow.ts'
import type { WorkerContext } from '#server.ts'
import { callbackReader } from './reader.ts'

const POLL_EVERY_MS = 200

type Means = Pick<WorkerContext, 'sql' | 'log' | 'secret' | 'public_url'>

/** Returns a function that stops it, and resolves when nothing runs any more. */
export function queueCallbacks({ sql, log, secret, public_url }: Means): () => Promise<void> {
  const reader = callbackReader({ secret, public_url })
  return repeatEvery(POLL_EVERY_MS, log, () => readAll({ sql, log }, reader))
}
