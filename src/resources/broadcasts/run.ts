// Runs broadcasts, one step after the other, and keeps their tallies short.

import { broadcastSignal } from '#delivery/signals.ts'
import { sumUp } from '#delivery/tally.ts'
import type { WorkerContext } from '#server.ts'
import { step } from './expansion/step.ts'

const LOOK_EVERY_MS = 1_000

/** Safe in several processes at once. Returns what ends it, after the step that is under way. */
export function runBroadcasts({ sql, log }: Pick<WorkerContext, 'sql' | 'log'>): () => Promise<void> {
  let stopping = false
  let at_work: Promise<void> | undefined
  const failed = (error: unknown) => log.warn({ err: error }, 'a broadcast could not go on; trying again')

  async function work() {
    while (!stopping && (await step(sql))) await sumUp(sql)
    if (!stopping) await sumUp(sql)
  }

  const look = () => {
    at_work ??= work()
      .catch(failed)
      .finally(() => {
        at_work = undefined
      })
  }

  const looks = setInterval(look, LOOK_EVERY_MS)
  const silence = broadcastSignal.onNotify(look)
  look()
  return async () => {
    stopping = true
    clearInterval(looks)
    silence()
    await at_work
  }
}
