// The load generator: requests over keep-alive connections, one at a time on each, at very little cost. It
// runs in the benchmark's own process, apart from the server.
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

export type Load = {
  url: string
  connections: number
  /** Returns the bytes of request number n. */
  request(n: number): Buffer
  /** Ends after this time, or after this many requests. */
  seconds?: number
  requests?: number
  /** Checks the body of every answer. */
  isValid?(body: string): boolean
}

export type Result = { per_second: number; p50_ms: number; p99_ms: number }

/** Throws at the first answer that is not 200 or fails the check. */
export async function load({
  url,
  connections,
  request,
  seconds,
  requests = Infinity,
  isValid,
}: Load): Promise<Result> {
  const { hostname, port } = new URL(url)
  const took: number[] = []
  let next = 0
  const began = performance.now()
  const until = seconds ? began + seconds * 1000 : Infinity

  async function work() {
    const socket = connect({ host: hostname, port: Number(port), noDelay: true })
    await once(socket, 'connect')
    const ask = conversation(socket)
    while (next < requests && performance.now() < until) {
      const sent = performance.now()
      const { head, body } = await ask(request(next++))
      took.push(performance.now() - sent)
      if (!head.startsWith('HTTP/1.1 200') || isValid?.(body) === false) throw new Error(`${head}\n\n${body}`)
    }
    socket.destroy()
  }

  await Promise.all(Array.from({ length: connections }, work))
  const per_second = took.length / ((performance.now() - began) / 1000)
  took.sort((a, b) => a - b)
  const at = (share: number) => took[Math.floor(took.length * share)] ?? 0
  return { per_second, p50_ms: at(0.5), p99_ms: at(0.99) }
}

type Answer = { head: string; body: string }

/** Writes a request and reads its answer, which must have a Content-Length. */
function conversation(socket: Socket): (request: Buffer) => Promise<Answer> {
  let received = ''
  let answered: (answer: Answer) => void
  let failed: (error: Error) => void
  socket.setEncoding('latin1')
  socket.on('data', (chunk: string) => {
    received += chunk
    const end = received.indexOf('\r\n\r\n')
    if (end < 0) return
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(received)?.[1])
    if (received.length < end + 4 + length) return
    const answer = { head: received.slice(0, end), body: received.slice(end + 4) }
    received = ''
    answered(answer)
  })
  socket.on('error', (error) => failed(error))
  socket.on('close', () => failed(new Error('The server closed the connection')))
  return (request) =>
    new Promise((resolve, reject) => {
      answered = resolve
      failed = reject
      socket.write(request)
    })
}

/** Returns a request as it is sent. */
export function wire(method: string, path: string, token: string, body?: object): Buffer {
  const json = body ? JSON.stringify(body) : ''
  const head = [`${method} ${path} HTTP/1.1`, 'host: localhost', `authorization: Bearer ${token}`]
  const about = body ? ['content-type: application/json', `content-length: ${Buffer.byteLength(json)}`] : []
  return Buffer.from(`${[...head, ...about].join('\r\n')}\r\n\r\n${json}`)
}
