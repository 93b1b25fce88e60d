// Listens from the start of the process, so that /healthz answers before the server is loaded and the database is up; or only
// once the server is ready, so that a load balancer sends requests to another one until then.
import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import { Server as NetServer } from 'node:net'
import type { Duplex } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { isFromEventSource } from './errors.ts'
import { limitSlowClients, SLOW_LIMITS, type SlowLimits } from './slow-clients.ts'

export type Listener = {
  /** For Fastify's `serverFactory`: sets the handler that `open` switches to. */
  serve(handler: RequestListener): Server
  /** From now on the handler answers. */
  open(): Promise<void>
  isStopping(): boolean
  /** Takes a connection that something else has accepted, such as one that was encrypted. */
  accept(socket: Duplex): void
  /** Accepts no more connections, and closes each one after its answer; without an answer after a time limit. */
  close(): Promise<void>
}

export type ListenOptions = {
  limits?: SlowLimits
  /** Connections are accepted at once. Otherwise from `open` on, and those of proxies are given up in order. */
  is_early?: boolean
}

/** Longer than the idle timeout of load balancers, so that the server closes no connection that they are about to use. */
const KEEP_ALIVE_MS = 72_000
/** How long running requests can take when the server stops. */
const LAST_REQUESTS_MS = 3_000
/**
 * How long connections without a request stay open when the server stops. A proxy may be sending a request on each of them;
 * it gets its answer, and with it the word that the connection ends.
 */
const HAND_OVER_MS = 1_000

/** @throws Error with a message for the operator if the address cannot be used. */
export async function listen(
  host: string,
  port: number,
  { limits = SLOW_LIMITS, is_early = true }: ListenOptions = {},
): Promise<Listener> {
  const options = { keepAliveTimeout: KEEP_ALIVE_MS, connectionsCheckingInterval: limits.check_every_ms }
  const server = createServer(options, starting)
  const endChecks = limitSlowClients(server, limits)
  const accepted = new Set<Duplex>()
  let is_stopping = false
  server.prependListener('request', (_request, response) => {
    if (is_stopping) response.shouldKeepAlive = false
  })

  async function bind(): Promise<void> {
    server.listen(port, host)
    await once(server, 'listening').catch((error) => {
      const why = UNABLE[error.code]
      throw why ? new Error(why(host, port), { cause: error }) : error
    })
  }
  /** Unlike the method of HTTP servers, that of TCP servers leaves the connections open. */
  const acceptNoMore = () =>
    new Promise<void>((resolve) => {
      NetServer.prototype.close.call(server, () => resolve())
    })

  /** A client that connects at this moment would keep the port from being given up. */
  async function release(): Promise<void> {
    const released = acceptNoMore()
    const closing = setInterval(() => server.closeAllConnections(), 5)
    server.closeAllConnections()
    await released
    clearInterval(closing)
  }

  await bind()
  if (!is_early) await release()
  let handler = starting
  return {
    serve(its) {
      handler = its
      return server
    },
    async open() {
      server.removeListener('request', starting).on('request', handler)
      if (!is_early) await bind()
    },
    isStopping: () => is_stopping,
    accept(socket) {
      accepted.add(socket)
      socket.once('close', () => accepted.delete(socket))
      server.emit('connection', socket)
    },
    async close() {
      is_stopping = true
      const closed = acceptNoMore()
      if (!is_early) await Promise.race([closed, sleep(HAND_OVER_MS)])
      // Connections of running requests stay open for keep-alive after their answers, so they are closed here.
      const closing = setInterval(() => server.closeIdleConnections(), 20)
      const deadline = setTimeout(() => server.closeAllConnections(), LAST_REQUESTS_MS - (is_early ? 0 : HAND_OVER_MS))
      await Promise.all([closed, ...[...accepted].map((socket) => once(socket, 'close'))])
      clearInterval(closing)
      clearTimeout(deadline)
      endChecks()
    },
  }
}

const STARTING = { code: 'service_unavailable', message: 'The server is starting, try again' }

const starting: RequestListener = (request, response) => {
  if (isFromEventSource(request)) return void request.destroy()
  const isAlive = request.url === '/healthz'
  response.writeHead(isAlive ? 200 : 503, { 'content-type': 'application/json', 'retry-after': '1' })
  response.end(JSON.stringify(isAlive ? { status: 'alive' } : { type: 'error.list', errors: [STARTING] }))
}

const noSuchAddress = (host: string) => `HOST must be an address of this machine, not "${host}".`

const UNABLE: Record<string, (host: string, port: number) => string> = {
  EADDRINUSE: (host, port) => `Port ${port} of ${host} is in use: stop what listens there, or set PORT to another.`,
  EACCES: (_, port) => `This account may not listen on port ${port}: set PORT to a number from 1024 on.`,
  EADDRNOTAVAIL: noSuchAddress,
  ENOTFOUND: noSuchAddress,
  EAI_AGAIN: noSuchAddress,
}
