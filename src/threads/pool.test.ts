// The limits of worker threads, and what happens to the other tasks when one exceeds them.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { test } from 'node:test'
import { promisify } from 'node:util'
import type { TestTasks } from '../../test/threads/tasks.ts'
import { isTooCostly, type TaskRefused, type ThreadLimits, threadPool } from './pool.ts'

const SCRIPT = new URL('../../test/threads/tasks.ts', import.meta.url)
const LIMITS: ThreadLimits = { threads: 1, waiting: 10, task_ms: 20_000, heap_mb: 128, idle_ms: 60_000 }
const pool = (changes: Partial<ThreadLimits> = {}) => threadPool<TestTasks>(SCRIPT, { ...LIMITS, ...changes })
const flag = () => new Int32Array(new SharedArrayBuffer(4))
const raise = (shared: Int32Array) => Atomics.store(shared, 0, 1)

test('a task that takes too long is refused, its thread ends, and waiting tasks go on in another one', async () => {
  const { run } = pool({ task_ms: 1_000 })
  const first = await run('thread', [])
  const endless = assert.rejects(run('loop', []), (error: TaskRefused) => {
    assert.equal(error.code, 'TASK_TOO_LONG')
    return isTooCostly(error)
  })
  const waiting = run('thread', [])
  await endless
  assert.notEqual(await waiting, first)
})

test('time starts with the task, not when it begins to wait', async () => {
  const { run } = pool({ task_ms: 1_000 })
  await run('thread', [])
  const results = await Promise.allSettled([run('loop', []), run('loop', []), run('add', [1, 2])])
  assert.deepEqual(
    results.map(({ status }) => status),
    ['rejected', 'rejected', 'fulfilled'],
  )
})

test('a task beyond the number that may wait is refused at once; those that wait are carried out', async () => {
  const { run } = pool({ waiting: 2 })
  const ready = flag()
  const accepted = [run('waitFor', [ready]), run('add', [1, 1]), run('add', [2, 2])]
  await assert.rejects(run('add', [3, 3]), { code: 'THREADS_BUSY' })
  raise(ready)
  assert.deepEqual((await Promise.all(accepted)).slice(1), [2, 4])
  assert.equal(await run('add', [3, 3]), 6)
})

test('a thread that ends by itself fails its own task only', async () => {
  const { run } = pool()
  const ended = assert.rejects(run('exit', []), /ended with code 3/)
  const next = run('add', [1, 2])
  await ended
  assert.equal(await next, 3)
})

test('an error of a task is thrown with its message, and the thread goes on', async () => {
  const { run } = pool()
  const first = await run('thread', [])
  await assert.rejects(run('fail', []), new RangeError('This task fails'))
  assert.equal(await run('thread', []), first)
})

test('tasks run in as many threads as are allowed, and the same threads are used again', async () => {
  const { run } = pool({ threads: 2 })
  const ready = flag()
  const waiting = [run('waitFor', [ready]), run('waitFor', [ready])]
  raise(ready)
  const threads = new Set(await Promise.all(waiting))
  assert.equal(threads.size, 2)
  for (let n = 0; n < 5; n++) assert.ok(threads.has(await run('thread', [])))
})

test('a thread without work ends after a while, and the next task starts another one', async () => {
  const { run } = pool({ idle_ms: 1 })
  const first = await run('thread', [])
  await new Promise((resolve) => setTimeout(resolve, 100))
  assert.notEqual(await run('thread', []), first)
})

test('buffers are copied, or moved if the caller wants it', async () => {
  const { run } = pool()
  const bytes = new Uint8Array(1_000_000)
  assert.equal(await run('length', [bytes]), 1_000_000)
  assert.equal(bytes.length, 1_000_000)
  assert.equal(await run('length', [bytes], [bytes.buffer]), 1_000_000)
  assert.equal(bytes.length, 0)
})

test('threads without work do not keep a process running', async () => {
  const program = `
    import { threadPool } from ${JSON.stringify(new URL('./pool.ts', import.meta.url).href)}
    const { run } = threadPool(new URL(${JSON.stringify(SCRIPT.href)}), ${JSON.stringify(LIMITS)})
    console.log(await run('add', [1, 2]))`
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], {
    timeout: 30_000,
  })
  assert.equal(stdout.trim(), '3')
})
