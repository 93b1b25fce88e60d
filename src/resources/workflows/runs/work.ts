// The loop of a worker process that carries runs on: by events, and by the time.
import { readAll, repeatEvery } from '#events/follow.ts'
import type { WorkerContext } from '#server.ts'
import { workflowReader } from './follow.ts'
import { passTime } from './pass-time.ts'

const POLL_EVERY_MS = 200

/** Returns a function that stops it, and resolves when nothing runs any more. */
export const runWorkflows = ({ sql, log }: Pick<WorkerContext, 'sql' | 'log'>): (() => Promise<void>) =>
  repeatEvery(POLL_EVERY_MS, log, async () => {
    await readAll({ sql, log }, workflowReader)
    await passTime({ sql, log })
  })
