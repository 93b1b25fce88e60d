// Listens from the start of the process: /healthz answers before the server is loaded and the database is up.
import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import { isFromEventSource } from './errors.ts'
import { limitSlowClients, SLOW_LIMITS, type SlowLimits } from './slow-clients.ts'

export type Listener = {
  /** For Fastify's `serverFactory`: sets the handler that `open` switches to. */
  serve(handler: RequestListener): Server
  /** From now on the handler answers. */
  open(): void
  /** Accepts no more connections, and closes each one after its answer; without an answer after a time limit. */
  close(): Promise<void>
}

/** Longer than the idle timeout of load balancers, so that the server closes no connection that they are about to use. */
const KEEP_ALIVE_MS = 72_000
/** How long running requests can take when the server stops. */
const LAST_REQUESTS_MS = 3_000

/** @throws Error with a message for the operator if the address cannot be used. */
export async function listen(host: string, port: number, limits: SlowLimits = SLOW_LIMITS): Promise<Listener> {
  const options = { keepAliveTimeout: KEEP_ALIVE_MS, connectionsCheckingInterval: limits.check_every_ms }
  const server = createServer(options, starting)
  const endChecks = limitSlowClients(server, limits)
  server.listen(port, host)
  await once(server, 'listening').catch((error) => {
    const why = UNABLE[error.code]
    throw why ? new Error(why(host, port), { cause: error }) : error
  })
  let handler = starting
  return {
    serve(its) {
      handler = its
      return server
    },
    open() {
      server.removeListener('request', starting).on('request', handler)
    },
    async close() {
      // Connections of running requests stay open for keep-alive after their answers, so they are closed here.
      const closing = setInterval(() => server.closeIdleConnections(), 20)
      const deadline = setTimeout(() => server.closeAllConnections(), LAST_REQUESTS_MS)
      await new Promise((resolve) => server.close(resolve))
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
