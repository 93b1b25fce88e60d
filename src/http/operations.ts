// Collects all operations of the server while their routes are added.
import type { FastifyInstance, RouteOptions } from 'fastify'
import type { OperationShape } from '#versions/conversions.ts'
import type { Operation } from './op.ts'

export type RegisteredOperation = OperationShape & {
  method: string
  /** In Fastify's form: `/tags/:id`. */
  url: string
  options: Operation
  route: RouteOptions
}

type RouteSchemas = { body?: object; querystring?: object; response?: Record<string, object> }

/** Returns the operations by operationId; complete after `app.ready()`. Throws if two routes have the same id. */
export function collectOperations(app: FastifyInstance): ReadonlyMap<string, RegisteredOperation> {
  const operations = new Map<string, RegisteredOperation>()
  app.addHook('onRoute', (route) => {
    const options = route.config?.operation
    if (!options) return
    const { id, status = 200 } = options
    if (operations.has(id)) throw new Error(`Two routes have the operationId ${id}`)
    const { body, querystring, response } = (route.schema ?? {}) as RouteSchemas
    operations.set(id, {
      ...{ id, status, options, route, method: String(route.method), url: route.url },
      answer: (response?.[status] ?? {}) as OperationShape['answer'],
      body: body as OperationShape['body'],
      query: querystring as OperationShape['query'],
    })
  })
  return operations
}
