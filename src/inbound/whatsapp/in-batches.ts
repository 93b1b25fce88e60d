// Receives the many statuses or messages of one callback in few transactions, without losing one because of another.
import { atomically, type Workspace } from '#workspaces/workspace.ts'

/** How many share a transaction: few enough that others do not wait long for what it locks. */
const BATCH = 50

/** How many transactions run at once: a part of the connections, so that other requests have theirs. */
const LANES = 3

/**
 * Receives the values of one lane in order; different lanes run at the same time. `all` receives a batch in the given
 * transaction. If it throws, nothing of the batch is written, and `alone` receives each of its values; `alone` throws only
 * errors that can pass, such as a lost database.
 */
export async function inBatches<Value>(
  workspace: Workspace,
  values: readonly Value[],
  {
    laneOf,
    all,
    alone,
  }: {
    laneOf(value: Value): string
    all(workspace: Workspace, values: readonly Value[]): Promise<void>
    alone(value: Value): Promise<void>
  },
): Promise<void> {
  const receiveAll = async (batch: readonly Value[]) => {
    try {
      await atomically(workspace, (workspace) => all(workspace, batch))
    } catch {
      for (const value of batch) await alone(value)
    }
  }
  const outcomes = await Promise.allSettled(
    lanes(values, laneOf).map(async (lane) => {
      for (let at = 0; at < lane.length; at += BATCH) {
        const batch = lane.slice(at, at + BATCH)
        if (batch.length > 1) await receiveAll(batch)
        else for (const value of batch) await alone(value)
      }
    }),
  )
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
}

/** Values with the same key are in the same lane, in order. A short list is one lane. */
function lanes<Value>(values: readonly Value[], keyOf: (value: Value) => string): Value[][] {
  const count = Math.min(LANES, Math.ceil(values.length / BATCH))
  const found = Array.from({ length: count }, (): Value[] => [])
  const laneByKey = new Map<string, Value[]>()
  for (const value of values) {
    const key = keyOf(value)
    const lane = laneByKey.get(key) ?? (found[laneByKey.size % count] as Value[])
    laneByKey.set(key, lane)
    lane.push(value)
  }
  return found
}
