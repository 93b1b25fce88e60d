// Ends connections of clients that send or read too slowly, so that a few of them cannot keep all others out.
import { readFileSync } from 'node:fs'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

export type SlowLimits = {
  /** For all headers of a request, from the first byte or the start of the connection. */
  headers_ms: number
  /** A body must then arrive at this rate, counted from its last headers byte. */
  body_grace_ms: number
  body_bytes_per_s: number
  /** For one answer without any progress of its reader. */
  read_ms: number
  check_every_ms: number
  /** The most connections. If there are more, the oldest one that waits for its client is ended. */
  connections: number
}

/** Files for PostgreSQL, storage, mail and providers. */
const RESERVED_FILES = 100
const FEWEST = 50

export const SLOW_LIMITS: SlowLimits = {
  headers_ms: 10_000,
  body_grace_ms: 10_000,
  body_bytes_per_s: 1_000,
  read_ms: 30_000,
  check_every_ms: 2_000,
  connections: connectionsFor(openFilesLimit()),
}

/** Returns how many connections can be open at once. @param open_files what the operating system allows the process */
export function connectionsFor(open_files: number): number {
  return Math.max(FEWEST, Math.floor(open_files * 0.9) - RESERVED_FILES)
}

function openFilesLimit(): number {
  try {
    const [, limit] = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? []
    return Number(limit) || Number.POSITIVE_INFINITY
  } catch {
    return Number.POSITIVE_INFINITY // Not on Linux.
  }
}

/** Node's own code for a request that takes too long. */
const TOO_SLOW = 'ERR_HTTP_REQUEST_TIMEOUT'

/** The request that a connection is busy with. */
type Exchange = { request: IncomingMessage; began: number; bytes_before: number }

/** Sets the limits of a server that does not listen yet. Returns a function that ends the checks. */
export function limitSlowClients(server: Server, limits: SlowLimits): () => void {
  /** All connections, oldest first. */
  const connections = new Map<Socket, Exchange | undefined>()
  server.headersTimeout = limits.headers_ms
  server.maxConnections = limits.connections + 1

  server.on('connection', (socket: Socket) => {
    if (connections.size >= limits.connections) endOldestWaiting()
    connections.set(socket, undefined)
    socket.once('close', () => connections.delete(socket))
  })
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const { socket } = request
    if (!connections.has(socket)) return
    connections.set(socket, { request, began: performance.now(), bytes_before: socket.bytesRead })
    response.once('close', () => connections.has(socket) && connections.set(socket, undefined))
  })
  // Node calls this for a connection that neither reads nor writes, also for one that is kept alive between requests.
  server.setTimeout(limits.read_ms, (socket: Socket) => {
    const exchange = connections.get(socket)
    const is_handled = exchange?.request.complete && socket.writableLength === 0
    if (!is_handled) socket.destroy()
  })

  function endOldestWaiting() {
    for (const [socket, exchange] of connections) if (!exchange?.request.complete) return void socket.destroy()
  }

  function endSlowBodies() {
    const now = performance.now()
    for (const [socket, exchange] of connections) {
      if (!exchange || exchange.request.complete) continue
      if (exchange.request.readableFlowing !== true) exchange.began = now // The server itself makes it wait.
      const ms = now - exchange.began
      const rate = ((socket.bytesRead - exchange.bytes_before) / ms) * 1_000
      if (ms > limits.body_grace_ms && rate < limits.body_bytes_per_s)
        server.emit('clientError', Object.assign(new Error('The body is too slow'), { code: TOO_SLOW }), socket)
    }
  }
  const checking = setInterval(endSlowBodies, limits.check_every_ms)
  checking.unref()
  return () => clearInterval(checking)
}
