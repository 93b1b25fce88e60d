// Every operation that writes runs in one transaction, so that nothing is ever half done.
import type { FastifyReply, FastifyRequest, RouteHandlerMethod, RouteOptions } from 'fastify'
import { atomically } from '#workspaces/workspace.ts'
import { idempotencyKey, once, PLAIN_ANSWERS, sealedAnswers } from './idempotency.ts'
import type { Operation } from './op.ts'

type Handler = (request: FastifyRequest, reply: FastifyReply) => unknown

/** An onRoute hook: wraps the handlers of operations that write. `secret` is what kept answers are encrypted with. */
export const runInTransaction = (secret: string) => (route: RouteOptions) => {
  const operation = route.config?.operation
  if (!operation || operation.open || route.method === 'GET' || route.method === 'HEAD') return
  route.handler = transactional(route.handler as Handler, operation, secret) as RouteHandlerMethod
}

function transactional(handler: Handler, { statement, confidential }: Operation, secret: string): Handler {
  const keeping = confidential ? sealedAnswers(secret) : PLAIN_ANSWERS
  return (request, reply) => {
    const key = idempotencyKey(request)
    if (statement && !key) return handler(request, reply)
    return atomically(request.workspace, async (workspace) => {
      request.workspace = workspace
      const carryOut = async () => handler(request, reply)
      return key ? once(workspace, key, { request, reply, keeping }, carryOut) : carryOut()
    })
  }
}
