// For whoever watches the process: alive, ready, and its figures.
import type { FastifyInstance } from 'fastify'
import { register } from 'prom-client'
import type { Database } from '#db/database.ts'

export function health(app: FastifyInstance, database: Database) {
  app.get('/healthz', { schema: { hide: true } }, async () => ({ status: 'alive' }))

  app.get('/readyz', { schema: { hide: true } }, async (_request, reply) => {
    const ready =
      database.ready &&
      (await database.pool()`select 1`.then(
        () => true,
        () => false,
      ))
    reply.code(ready ? 200 : 503)
    return { status: ready ? 'ready' : 'starting' }
  })

  app.get('/metrics', { schema: { hide: true } }, async (_request, reply) => {
    reply.type(register.contentType)
    return register.metrics()
  })
}
