// Wraps handlers as `Runs` says. Most operations that write run in one transaction.
import type { FastifyReply, FastifyRequest, RouteHandlerMethod, RouteOptions } from 'fastify'
import { atomically } from '#workspaces/workspace.ts'
import { idempotencyKey, once, onceOutside, PLAIN_ANSWERS, type Storing, sealedAnswers } from './idempotency.ts'
import type { Operation, Runs } from './op.ts'

type Handler = (request: FastifyRequest, reply: FastifyReply) => unknown

/** An onRoute hook that wraps the handlers of operations. `secret` encrypts stored answers that are confidential. */
export const runHandlers = (secret: string) => (route: RouteOptions) => {
  const operation = route.config?.operation
  if (!operation) return
  const storing = operation.confidential ? sealedAnswers(secret) : PLAIN_ANSWERS
  const wrap = WRAPPERS[runsOf(operation, String(route.method))]
  route.handler = wrap(route.handler as Handler, storing) as RouteHandlerMethod
}

function runsOf({ runs, auth = 'token' }: Operation, method: string): Runs {
  if (runs) return runs
  if (method === 'GET' || method === 'HEAD') return 'read'
  return auth === 'token' || auth === 'contact' ? 'transaction' : 'outside'
}

const WRAPPERS: Record<Runs, (handler: Handler, storing: Storing) => Handler> = {
  read: (handler) => handler,
  outside: (handler, storing) => (request, reply) => {
    const key = request.workspace && idempotencyKey(request)
    return key
      ? onceOutside(key, { request, reply, storing }, async () => handler(request, reply))
      : handler(request, reply)
  },
  statement: (handler, storing) => {
    const transactional = inTransaction(handler, storing)
    return (request, reply) => (idempotencyKey(request) ? transactional : handler)(request, reply)
  },
  transaction: (handler, storing) => inTransaction(handler, storing),
}

function inTransaction(handler: Handler, storing: Storing): Handler {
  return (request, reply) =>
    atomically(request.workspace, async (workspace) => {
      request.workspace = workspace
      const key = idempotencyKey(request)
      const carryOut = async () => handler(request, reply)
      return key ? once(workspace, key, { request, reply, storing }, carryOut) : carryOut()
    })
}
