// Converts between API versions: requests to the latest version, and answers to the caller's version. Outside production
// it also checks each answer against the schema of the caller's version.

import type {
  FastifyInstance,
  FastifyRequest,
  preHandlerHookHandler,
  preSerializationHookHandler,
  preValidationHookHandler,
} from 'fastify'
import { isObject } from '#lib/objects.ts'
import { CHANGES } from '#versions/changes.ts'
import { type Conversions, conversionsOf, type OperationInVersion, type OperationShape } from '#versions/conversions.ts'
import { contractCheck } from './contract.ts'

type Options = {
  operations: ReadonlyMap<string, OperationShape>
  conversions?: Conversions
  /** Check every answer against its schema. */
  check?: boolean | undefined
}

type RouteHooks = {
  preValidation?: preValidationHookHandler
  preHandler?: preHandlerHookHandler
  preSerialization?: preSerializationHookHandler<unknown>
}

/** The conversions between the versions of Intercom's API. */
export const CONVERSIONS = conversionsOf(CHANGES)

/** Returns the operation's other answer if it has this status. Versions do not change it. */
const also = ({ routeOptions }: FastifyRequest, answered: number) => {
  const { status, response } = routeOptions.config?.operation?.also_answers ?? {}
  return status === answered ? { status, answer: response as OperationShape['answer'] } : undefined
}

/** Adds to each later route the hooks that its operation needs in some version: most need none. */
export function convertVersions(app: FastifyInstance, { operations, conversions = CONVERSIONS, check }: Options) {
  const assertFits = check ? contractCheck() : undefined

  function hooksOf(operation: OperationShape): RouteHooks {
    const inVersion = ({ workspace }: FastifyRequest): OperationInVersion =>
      workspace ? conversions.in(operation, workspace.version) : operation
    const changes = conversions.partsThatChange(operation)
    return {
      ...(changes.request && {
        preValidation(request, _reply, done) {
          const { upgradeBody, upgradeQuery } = inVersion(request)
          if (upgradeBody && isObject(request.body)) request.body = upgradeBody(request.body)
          if (upgradeQuery && isObject(request.query)) request.query = upgradeQuery(request.query)
          done()
        },
      }),
      ...((changes.status || operation.status !== 200) && {
        preHandler(request, reply, done) {
          reply.code(inVersion(request).status)
          done()
        },
      }),
      ...((changes.answer || assertFits) && {
        preSerialization(request, reply, payload, done) {
          if (reply.statusCode >= 400) return done(null, payload)
          const other = also(request, reply.statusCode)
          if (other) assertFits?.({ ...operation, ...other }, other.status, payload)
          if (other) return done(null, payload)
          const converted = inVersion(request)
          const answer = converted.convertAnswer ? converted.convertAnswer(payload) : payload
          assertFits?.(converted, reply.statusCode, answer)
          done(null, answer)
        },
      }),
    }
  }

  app.addHook('onRoute', (route) => {
    const operation = operations.get(route.config?.operation?.id ?? '')
    if (!operation) return
    const { preValidation, preHandler, preSerialization } = hooksOf(operation)
    if (preValidation) route.preValidation = [preValidation, ...[route.preValidation ?? []].flat()]
    if (preHandler) route.preHandler = [preHandler, ...[route.preHandler ?? []].flat()]
    if (preSerialization) route.preSerialization = [...[route.preSerialization ?? []].flat(), preSerialization]
  })
}
