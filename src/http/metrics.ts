// The metrics of requests: how many, how long they took, and with which status.
import type { FastifyInstance } from 'fastify'
import { collectDefaultMetrics, Histogram, register } from 'prom-client'

collectDefaultMetrics({ prefix: 'interphone_' })

const durations = new Histogram({
  name: 'interphone_http_request_seconds',
  help: 'How long requests took until their answer was sent, by operation and status.',
  labelNames: ['operation', 'status'],
  buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
  registers: [register],
})

declare module 'fastify' {
  interface FastifyRequest {
    /** By `performance.now()`. */
    arrived_at: number
  }
}

/** From the arrival of a request until its answer is handed to the connection: to wait for the last byte costs listeners. */
export function measureRequests(app: FastifyInstance) {
  // prom-client hashes all labels on each look-up, so do it once for each operation and status, not for each request.
  const bound = new Map<string, Map<number, Histogram.Internal<'operation' | 'status'>>>()
  const durationsOf = (operation: string, status: number) => {
    const known = bound.get(operation)?.get(status)
    if (known) return known
    const labelled = durations.labels({ operation, status })
    bound.set(operation, (bound.get(operation) ?? new Map()).set(status, labelled))
    return labelled
  }
  app.decorateRequest('arrived_at', 0)
  app.addHook('onRequest', (request, _reply, done) => {
    request.arrived_at = performance.now()
    done()
  })
  app.addHook('onSend', (request, reply, payload, done) => {
    const operation = request.routeOptions.config.operation?.id ?? 'none'
    durationsOf(operation, reply.statusCode).observe((performance.now() - request.arrived_at) / 1000)
    done(null, payload)
  })
}
