// Allows browser scripts of any origin: the token protects the API, and browsers do not send it by themselves.
import cors from '@fastify/cors'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

/** The headers of answers that a script can read. */
const EXPOSED_HEADERS = [
  ...['x-request-id', 'intercom-version', 'idempotent-replayed'],
  ...['x-ratelimit-limit', 'x-ratelimit-remaining', 'x-ratelimit-reset', 'retry-after'],
].join(', ')

/**
 * Sets the headers of an answer. A request with an access token and without an Origin comes from no browser, and shared
 * caches do not store its answer: it needs none.
 */
export function allowOrigins({ headers, routeOptions }: FastifyRequest, reply: FastifyReply) {
  const is_from_browser = headers.origin !== undefined || routeOptions.config.operation?.auth !== undefined
  if (!is_from_browser && headers.authorization !== undefined) return
  reply.header('access-control-allow-origin', '*').header('access-control-expose-headers', EXPOSED_HEADERS)
}

/** Answers preflights. The plugin has a scope of its own, because its hook makes every request of its scope 4 % slower. */
export function answerPreflights(app: FastifyInstance) {
  app.register(async (scope) => {
    await scope.register(cors, {
      origin: '*',
      methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
      strictPreflight: false,
      exposedHeaders: EXPOSED_HEADERS,
    })
  })
}
