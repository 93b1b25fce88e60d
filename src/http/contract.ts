// Outside production, every answer is held against the schema that its operation promises.
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { TSchema } from 'typebox'
import { Compile, type Validator } from 'typebox/compile'

/** Throws where an answer of success is not what the operation's schema says: a bug of ours, never the caller's. */
export function contractCheck() {
  const compiled = new WeakMap<TSchema, Validator>()
  return (request: FastifyRequest, reply: FastifyReply, payload: unknown) => {
    const { response } = (request.routeOptions.schema ?? {}) as { response?: Record<string, TSchema> }
    const schema = response?.[reply.statusCode]
    if (!schema || !request.routeOptions.config.operation) return
    if (!compiled.has(schema)) compiled.set(schema, Compile(schema))
    const validator = compiled.get(schema) as Validator
    if (validator.Check(payload)) return
    const [first] = validator.Errors(payload)
    throw new Error(
      `${request.routeOptions.config.operation.id} breaks its own schema at ${first?.instancePath || '/'}: ${first?.message}`,
    )
  }
}
