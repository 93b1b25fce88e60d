// Listens from the first moment of the process: alive before the rest of the server is loaded and the database is up.
import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import { isOfEvents } from './errors.ts'

export type Listener = {
  /** For Fastify's `serverFactory`: makes `handler` the one that is opened to. */
  serve(handler: RequestListener): Server
  /** From here on the handler answers. */
  open(): void
  /** Takes no more connections, and ends each one after its answer; without one where that takes too long. */
  close(): Promise<void>
}

/** Longer than load balancers keep theirs, so that none is closed under a request. */
const KEEP_ALIVE_MS = 72_000
/** How long requests under way may take to finish when the server stops. */
const LAST_REQUESTS_MS = 3_000

/** @throws Error with one sentence where that is not possible. */
export async function listen(host: string, port: number): Promise<Listener> {
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, starting).listen(port, host)
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
      // What was under way is answered with a promise to keep the connection alive.
      const tidying = setInterval(() => server.closeIdleConnections(), 20)
      const impatience = setTimeout(() => server.closeAllConnections(), LAST_REQUESTS_MS)
      await new Promise((resolve) => server.close(resolve))
      clearInterval(tidying)
      clearTimeout(impatience)
    },
  }
}

const STARTING = { code: 'service_unavailable', message: 'The server is starting, try again' }

const starting: RequestListener = (request, response) => {
  if (isOfEvents(request)) return void request.destroy()
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
