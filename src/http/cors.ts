// Allows browser scripts of any origin: the token protects the API, and browsers do not send it by themselves.
import cors from '@fastify/cors'
import type { FastifyInstance } from 'fastify'

/** The headers of answers that a script can read. */
const EXPOSED_HEADERS = [
  ...['x-request-id', 'intercom-version', 'idempotent-replayed'],
  ...['x-ratelimit-limit', 'x-ratelimit-remaining', 'x-ratelimit-reset', 'retry-after'],
].join(', ')

/** The headers of every answer. */
export const CORS_HEADERS: readonly (readonly [name: string, value: string])[] = [
  ['access-control-allow-origin', '*'],
  ['access-control-expose-headers', EXPOSED_HEADERS],
]

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
