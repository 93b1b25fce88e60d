// Endpoints for monitoring: /healthz, /readyz and /metrics.
import type { FastifyInstance } from 'fastify'
import { register } from 'prom-client'
import type { Pool } from '#db/sql.ts'

export function health(app: FastifyInstance, sql: Pool) {
  app.get('/healthz', async () => ({ status: 'alive' }))

  app.get('/readyz', async (_request, reply) => {
    const ready = await sql`select 1`.then(
      () => true,
      () => false,
    )
    reply.code(ready ? 200 : 503)
    return { status: ready ? 'ready' : 'starting' }
  })

  app.get('/metrics', async (_request, reply) => {
    reply.type(register.contentType)
    return register.metrics()
  })
}
