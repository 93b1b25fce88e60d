// The side of a worker thread: carries out the tasks that the pool sends, one after the other.
import { parentPort, type Transferable } from 'node:worker_threads'

// biome-ignore lint/suspicious/noExplicitAny: any function, whose types are kept by `threadPool`
export type Tasks = Record<string, (...args: any[]) => unknown>

export type TaskRequest = { name: string; args: unknown[] }

export type TaskAnswer = { result: unknown } | { error: Error }

/** `transferOf` returns the buffers of a result that are moved instead of copied. */
export function answerTasks(tasks: Tasks, transferOf: (result: unknown) => Transferable[] = () => []): void {
  parentPort?.on('message', async ({ name, args }: TaskRequest) => {
    try {
      const result = await tasks[name]?.(...args)
      parentPort?.postMessage({ result } satisfies TaskAnswer, transferOf(result))
    } catch (error) {
      parentPort?.postMessage({ error: error as Error } satisfies TaskAnswer)
    }
  })
}
