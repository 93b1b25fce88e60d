// Collects settlements and writes them in batches: while one batch is being written the next one gathers.
import type { Pool } from '#db/sql.ts'
import type { Recipients } from './recipients.ts'
import { type Settlement, settle } from './settle.ts'

const LARGEST_BATCH = 500
const TRY_AGAIN_AFTER_MS = 200

export type Settler = {
  add(settlement: Settlement): void
  /** Resolves when all that was added is written, or when `deadline_ms` have passed. */
  drain(deadline_ms: number): Promise<void>
}

/**
 * `onWritten` is called with each batch once it is safe. While the database is away a batch is tried again and again:
 * what a provider said must not be forgotten, or the message would be sent once more.
 */
export function settler(
  sql: Pool,
  recipients: Recipients,
  onWritten: (batch: readonly Settlement[]) => void,
  onError: (error: Error) => void,
): Settler {
  let gathered: Settlement[] = []
  let writing: Promise<void> | undefined

  async function write() {
    while (gathered.length) {
      const batch = gathered.slice(0, LARGEST_BATCH)
      try {
        await settle(sql, recipients, batch)
      } catch (error) {
        onError(error as Error)
        await new Promise((resolve) => setTimeout(resolve, TRY_AGAIN_AFTER_MS))
        continue
      }
      gathered = gathered.slice(batch.length)
      onWritten(batch)
    }
    writing = undefined
  }

  return {
    add(settlement) {
      gathered.push(settlement)
      writing ??= write()
    },
    async drain(deadline_ms) {
      await Promise.race([writing, new Promise((resolve) => setTimeout(resolve, deadline_ms).unref())])
    },
  }
}
