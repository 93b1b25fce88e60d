// Tasks of a worker thread, for tests: some never end, or end their thread.
import { setTimeout as sleep } from 'node:timers/promises'
import { threadId } from 'node:worker_threads'
import { answerTasks } from '#threads/tasks.ts'

const tasks = {
  thread: () => threadId,
  add: (a: number, b: number) => a + b,
  length: (bytes: Uint8Array) => bytes.length,
  /** Ends when another thread, or the test, writes into the shared bytes. */
  async waitFor(shared: Int32Array) {
    while (!Atomics.load(shared, 0)) await sleep(1)
    return threadId
  },
  loop() {
    for (;;) {}
  },
  fail() {
    throw new RangeError('This task fails')
  },
  exit: () => process.exit(3),
}

export type TestTasks = typeof tasks

answerTasks(tasks)
