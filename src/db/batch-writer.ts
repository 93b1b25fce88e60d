// Writes values in batches: while one batch is written, the next one is collected, so that under load many share a commit.
import { isTransient } from './transient.ts'

const LARGEST_BATCH = 200

/**
 * Returns a function that resolves when its value is written. `write` must be atomic. If PostgreSQL refuses a batch, each of
 * its values is written alone, so that a caller gets only its own error.
 */
export function batchWriter<Value>(write: (batch: readonly Value[]) => Promise<void>): (value: Value) => Promise<void> {
  type Waiting = { value: Value; resolve(): void; reject(error: unknown): void }
  const collected: Waiting[] = []
  let writing = false

  async function writeAll(): Promise<void> {
    writing = true
    while (collected.length) {
      const batch = collected.splice(0, LARGEST_BATCH)
      try {
        await write(batch.map(({ value }) => value))
        for (const { resolve } of batch) resolve()
      } catch (error) {
        if (batch.length > 1 && !isTransient(error)) await writeEach(batch)
        else for (const { reject } of batch) reject(error)
      }
    }
    writing = false
  }

  async function writeEach(batch: readonly Waiting[]): Promise<void> {
    for (const { value, resolve, reject } of batch) await write([value]).then(resolve, reject)
  }

  return (value) =>
    new Promise((resolve, reject) => {
      collected.push({ value, resolve, reject })
      if (!writing) void writeAll()
    })
}
