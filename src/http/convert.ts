// Converts between API versions: requests to the latest version, and answers to the caller's version. Outside production
// it also checks each answer against the schema of the caller's version.

import type { FastifyInstance, FastifyRequest } from 'fastify'
import { isObject } from '#lib/objects.ts'
import { CHANGES } from '#versions/changes.ts'
import { assertChangesFit } from '#versions/check.ts'
import { type Conversions, conversionsOf, type OperationInVersion, type OperationShape } from '#versions/conversions.ts'
import { contractCheck } from './contract.ts'

type Options = {
  operations: ReadonlyMap<string, OperationShape>
  conversions?: Conversions
  /** Check every answer against its schema. */
  check?: boolean | undefined
}

/** The conversions between the versions of Intercom's API. */
export const CONVERSIONS = conversionsOf(CHANGES)

/** Adds the hooks for all later routes. The server does not start if a change fits no operation. */
export function convertVersions(app: FastifyInstance, { operations, conversions = CONVERSIONS, check }: Options) {
  const inVersion = ({ routeOptions, workspace }: FastifyRequest): OperationInVersion | undefined => {
    const operation = workspace && operations.get(routeOptions.config.operation?.id ?? '')
    return operation && conversions.in(operation, workspace.version)
  }

  app.addHook('preValidation', (request, _reply, done) => {
    const { upgradeBody, upgradeQuery } = inVersion(request) ?? {}
    if (upgradeBody && isObject(request.body)) request.body = upgradeBody(request.body)
    if (upgradeQuery && isObject(request.query)) request.query = upgradeQuery(request.query)
    done()
  })

  app.addHook('preHandler', (request, reply, done) => {
    const { status } = inVersion(request) ?? request.routeOptions.config.operation ?? {}
    if (status) reply.code(status)
    done()
  })

  const assertFits = check ? contractCheck() : undefined
  app.addHook('preSerialization', (request, reply, payload, done) => {
    const operation = inVersion(request) ?? operations.get(request.routeOptions.config.operation?.id ?? '')
    if (!operation || reply.statusCode >= 400) return done(null, payload)
    const { convertAnswer } = operation as OperationInVersion
    const answer = convertAnswer ? convertAnswer(payload) : payload
    assertFits?.(operation, reply.statusCode, answer)
    done(null, answer)
  })

  app.addHook('onReady', async () => assertChangesFit(conversions, [...operations.values()]))
}
