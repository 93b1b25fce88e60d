// A process that the benchmark needs beside the server: it says where it listens, and may be asked for something.
import { fork } from 'node:child_process'
import { once } from 'node:events'

export type Peer = {
  url: string
  /** Sends it one message and resolves to the next one that it sends. */
  ask(question: unknown): Promise<unknown>
  stop(): void
}

export async function startPeer(file: string, args: string[] = []): Promise<Peer> {
  const child = fork(new URL(file, import.meta.url), args)
  const next = async () => (await once(child, 'message'))[0]
  const url = (await next()) as string
  return {
    url,
    ask: (question) => {
      const answer = next()
      child.send(question as object)
      return answer
    },
    stop: () => void child.kill(),
  }
}
