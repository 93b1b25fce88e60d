// A process that the benchmark needs besides the server: it reports its address and answers messages.
import { fork } from 'node:child_process'
import { once } from 'node:events'

export type Peer = {
  url: string
  /** Sends it one message. Resolves to the next message that it sends. */
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
