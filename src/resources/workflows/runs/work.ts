// The loops of a worker process that carry runs on: by events, by the time, and by the results of data connectors.
import { readAll, repeatEvery } from '#events/follow.ts'
import type { WorkerContext } from '#server.ts'
import { runConnectors } from './connectors.ts'
import { workflowReader } from './follow.ts'
import { passTime } from './pass-time.ts'

const POLL_EVERY_MS = 200

type Means = Pick<WorkerContext, 'sql' | 'log' | 'secret' | 'egress'>

/** Returns a function that stops them, and resolves when nothing runs any more. */
export function runWorkflows(means: Means): () => Promise<unknown> {
  const { sql, log } = means
  const stops = [
    repeatEvery(POLL_EVERY_MS, log, async () => {
      await readAll({ sql, log }, workflowReader)
      await passTime({ sql, log })
    }),
    // Apart, because a connector can take long.
    repeatEvery(POLL_EVERY_MS, log, () => runConnectors(means)),
  ]
  return () => Promise.all(stops.map((stop) => stop()))
}
