// Allows browser scripts of any origin: the token protects the API, and browsers do not send it by themselves.
import cors from '@fastify/cors'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

/** The headers of answers that a script can read. */
const EXPOSED_HEADERS = [
  ...['x-request-id', 'intercom-version', 'idempotent-replayed'],
  ...['x-ratelimit-limit', 'x-ratelimit-remaining', 'x-ratelimit-reset', 'retry-after'],
].join(', ')

/**
 * Sets the headers of an answer. Browsers send an Origin; a request without one needs them only if a shared cache may give its
 * answer to a browser, which an Authorization header excludes.
 */
export function allowOrigins({ headers }: FastifyRequest, reply: FastifyReply) {
  if (headers.origin === undefined && headers.authorization !== undefined) return
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
