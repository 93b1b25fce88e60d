// Writes settlements in batches: while one batch is being written, the next one is collected.
import type { Pool } from '#db/sql.ts'
import type { Recipients } from './recipients.ts'
import { type Settlement, settle } from './settle.ts'

const LARGEST_BATCH = 500
const TRY_AGAIN_AFTER_MS = 200

export type OutcomeWriter = {
  add(settlement: Settlement): void
  /** Resolves when everything added is written, or after `deadline_ms`. */
  drain(deadline_ms: number): Promise<void>
}

/**
 * `onWritten` is called with each batch after its commit. While the database is unavailable, a batch is retried without
 * limit: if an outcome were lost, the message would be sent again.
 */
export function outcomeWriter(
  sql: Pool,
  recipients: Recipients,
  onWritten: (batch: readonly Settlement[]) => void,
  onError: (error: Error) => void,
): OutcomeWriter {
  let collected: Settlement[] = []
  let writing: Promise<void> | undefined

  async function write() {
    while (collected.length) {
      const batch = collected.slice(0, LARGEST_BATCH)
      try {
        await settle(sql, recipients, batch)
      } catch (error) {
        onError(error as Error)
        await new Promise((resolve) => setTimeout(resolve, TRY_AGAIN_AFTER_MS))
        continue
      }
      collected = collected.slice(batch.length)
      onWritten(batch)
    }
    writing = undefined
  }

  return {
    add(settlement) {
      collected.push(settlement)
      writing ??= write()
    },
    async drain(deadline_ms) {
      await Promise.race([writing, new Promise((resolve) => setTimeout(resolve, deadline_ms).unref())])
    },
  }
}
