// Runs broadcasts step by step, and sums up their counts.

import { broadcastSignal } from '#delivery/signals.ts'
import { sumUp } from '#delivery/tally.ts'
import type { WorkerContext } from '#server.ts'
import { step } from './expansion/step.ts'

const POLL_EVERY_MS = 1_000

/** Safe in several processes at once. Returns a function that stops it after the current step. */
export function runBroadcasts({ sql, log }: Pick<WorkerContext, 'sql' | 'log'>): () => Promise<void> {
  let stopping = false
  let running: Promise<void> | undefined
  const failed = (error: unknown) => log.warn({ err: error }, 'a step of a broadcast failed; trying again')

  async function work() {
    while (!stopping && (await step(sql))) await sumUp(sql)
    if (!stopping) await sumUp(sql)
  }

  const poll = () => {
    running ??= work()
      .catch(failed)
      .finally(() => {
        running = undefined
      })
  }

  const timer = setInterval(poll, POLL_EVERY_MS)
  const stopListening = broadcastSignal.onNotify(poll)
  poll()
  return async () => {
    stopping = true
    clearInterval(timer)
    stopListening()
    await running
  }
}
