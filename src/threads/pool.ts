// A pool of worker threads for work that would stop the HTTP thread: a limit on time and memory for each task, and on the
// number of tasks that wait.
import { availableParallelism } from 'node:os'
import { type Transferable, Worker } from 'node:worker_threads'
import type { TaskAnswer, TaskRequest, Tasks } from './tasks.ts'

export type ThreadLimits = {
  /** The most threads. The first task starts the first one. */
  threads: number
  /** The most tasks that wait for a thread. */
  waiting: number
  /** For one task, from its start, in milliseconds. */
  task_ms: number
  /**
   * The JavaScript heap of a thread, in MB, without the bytes of buffers. A last resort, far above what any task needs:
   * V8 can end the whole process instead of the thread. Bounds on the input keep tasks below it.
   */
  heap_mb: number
  /** A thread without work ends after this time, in milliseconds. */
  idle_ms: number
}

/** One thread is left for HTTP. */
export const THREADS = Math.max(1, Math.min(4, availableParallelism() - 1))

/** The task was not carried out. `THREADS_BUSY`: too many are waiting, a retry may succeed. The others: it costs too much. */
export class TaskRefused extends Error {
  readonly code: 'THREADS_BUSY' | 'TASK_TOO_LONG' | 'TASK_TOO_LARGE'

  constructor(code: TaskRefused['code']) {
    super(REASONS[code])
    this.code = code
  }
}

const REASONS: Record<TaskRefused['code'], string> = {
  THREADS_BUSY: 'Too many tasks are waiting for a thread',
  TASK_TOO_LONG: 'The task took too long',
  TASK_TOO_LARGE: 'The task needed too much memory',
}

/** Returns whether a task was refused because of what it costs. */
export const isTooCostly = (error: unknown): boolean => error instanceof TaskRefused && error.code !== 'THREADS_BUSY'

export type ThreadPool<T extends Tasks> = {
  /**
   * Runs a task of the script in a thread. Arguments and result are cloned; the buffers in `transfer` are moved.
   * @throws TaskRefused, and the errors of the task, as plain errors
   */
  run<Name extends keyof T & string>(
    name: Name,
    args: Parameters<T[Name]>,
    transfer?: Transferable[],
  ): Promise<Awaited<ReturnType<T[Name]>>>
}

type Job = {
  request: TaskRequest
  transfer: Transferable[]
  resolve(result: unknown): void
  reject(error: Error): void
}

/**
 * `script` is a file that calls `answerTasks`. A thread that exceeds a limit is terminated, and the next task starts
 * another one. Threads without work do not keep the process running.
 */
export function threadPool<T extends Tasks>(script: URL, limits: ThreadLimits): ThreadPool<T> {
  const idle: { worker: Worker; timer: NodeJS.Timeout }[] = []
  const waiting: Job[] = []
  let working = 0

  function startNext() {
    if (working >= limits.threads) return
    const job = waiting.shift()
    if (!job) return
    working++
    carryOut(takeWorker(), job)
  }

  function takeWorker(): Worker {
    const free = idle.pop()
    if (free) clearTimeout(free.timer)
    const resourceLimits = { maxOldGenerationSizeMb: limits.heap_mb }
    const worker = free?.worker ?? new Worker(script, { resourceLimits, execArgv: [] })
    worker.removeAllListeners()
    worker.ref()
    return worker
  }

  function release(worker: Worker) {
    worker.removeAllListeners()
    worker.on('error', () => {})
    worker.unref()
    const timer = setTimeout(() => {
      idle.splice(idle.indexOf(entry), 1)
      void worker.terminate()
    }, limits.idle_ms).unref()
    const entry = { worker, timer }
    idle.push(entry)
  }

  function carryOut(worker: Worker, { request, transfer, resolve, reject }: Job) {
    const end = (settle: () => void, is_usable: boolean) => {
      clearTimeout(timer)
      working--
      if (is_usable) release(worker)
      else {
        worker.removeAllListeners()
        worker.on('error', () => {})
        void worker.terminate()
      }
      settle()
      startNext()
    }
    const fail = (error: Error) => end(() => reject(error), false)
    const timer = setTimeout(() => fail(new TaskRefused('TASK_TOO_LONG')), limits.task_ms)
    worker.once('message', (answer: TaskAnswer) =>
      end(() => ('error' in answer ? reject(answer.error) : resolve(answer.result)), true),
    )
    worker.once('error', (error: Error & { code?: string }) =>
      fail(error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? new TaskRefused('TASK_TOO_LARGE') : error),
    )
    worker.once('exit', (code) => fail(new Error(`A worker thread ended with code ${code}`)))
    worker.postMessage(request, transfer)
  }

  return {
    run: (name, args, transfer = []) =>
      new Promise<never>((resolve, reject) => {
        if (working >= limits.threads && waiting.length >= limits.waiting)
          return reject(new TaskRefused('THREADS_BUSY'))
        waiting.push({ request: { name, args }, transfer, resolve: resolve as (result: unknown) => void, reject })
        startNext()
      }),
  }
}
