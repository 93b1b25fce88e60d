// Scripts in a browser may call from any origin: the token protects, and a browser sends nothing along by itself.
import cors from '@fastify/cors'
import type { FastifyInstance } from 'fastify'

/** What a script may read of an answer, besides its body. */
const EXPOSED_HEADERS = [
  ...['x-request-id', 'intercom-version', 'idempotent-replayed'],
  ...['x-ratelimit-limit', 'x-ratelimit-remaining', 'x-ratelimit-reset', 'retry-after'],
].join(', ')

/** On every answer. */
export const CORS_HEADERS: readonly (readonly [name: string, value: string])[] = [
  ['access-control-allow-origin', '*'],
  ['access-control-expose-headers', EXPOSED_HEADERS],
]

/** Answers preflights. The plugin stays in a scope of its own, because its hook costs every request of its scope 4 %. */
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
