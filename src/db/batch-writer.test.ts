// A batch writer: values that arrive while a batch is written share the next one.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { batchWriter } from './batch-writer.ts'

/** Writes after a turn of the event loop. `refuse` decides about each batch. */
function recorder(refuse: (batch: readonly number[]) => Error | undefined = () => undefined) {
  const batches: (readonly number[])[] = []
  const write = batchWriter<number>(async (batch) => {
    await new Promise((resolve) => setImmediate(resolve))
    const error = refuse(batch)
    if (error) throw error
    batches.push(batch)
  })
  return { batches, write }
}

const statusesOf = (results: PromiseSettledResult<void>[]) => results.map(({ status }) => status)

test('a refused batch is written value by value, and only the refused value fails', async () => {
  const { batches, write } = recorder((batch) => (batch.includes(3) ? new Error('3 is refused') : undefined))
  const results = await Promise.allSettled([1, 2, 3, 4].map(write))
  assert.deepEqual(statusesOf(results), ['fulfilled', 'fulfilled', 'rejected', 'fulfilled'])
  assert.deepEqual(batches, [[1], [2], [4]])
})

test('a batch is not repeated while the database is away: all of its values fail', async () => {
  let calls = 0
  const { write } = recorder(() => {
    calls++
    return Object.assign(new Error('gone'), { code: 'CONNECTION_CLOSED' })
  })
  const results = await Promise.allSettled([1, 2, 3].map(write))
  assert.deepEqual(statusesOf(results), ['rejected', 'rejected', 'rejected'])
  assert.equal(calls, 2)
})

test('the first value does not wait; those that arrive meanwhile share the next batch, in order', async () => {
  const { batches, write } = recorder()
  await Promise.all([1, 2, 3, 4, 5].map(write))
  await write(6)
  assert.deepEqual(batches, [[1], [2, 3, 4, 5], [6]])
})

test('a batch has at most 200 values', async () => {
  const { batches, write } = recorder()
  await Promise.all(Array.from({ length: 500 }, (_, n) => write(n)))
  assert.deepEqual(
    batches.map(({ length }) => length),
    [1, 200, 200, 99],
  )
})
