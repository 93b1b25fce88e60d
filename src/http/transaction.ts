// Wraps handlers as `Runs` says. Most operations that write run in one transaction.
import type { FastifyReply, FastifyRequest, RouteHandlerMethod, RouteOptions } from 'fastify'
import type { Replica } from '#db/replica.ts'
import { TookTooLong, within } from '#lib/time-limit.ts'
import { atomically } from '#workspaces/workspace.ts'
import { idempotencyKey, once, onceOutside, PLAIN_ANSWERS, type Storing, sealedAnswers } from './idempotency.ts'
import { type Operation, type Runs, TIME_LIMIT_MS } from './op.ts'
import { fromReplica } from './reads.ts'

type Running = { secret: string; time_limit_ms?: number | undefined; replica?: Replica | undefined }

type Handler = (request: FastifyRequest, reply: FastifyReply) => unknown

/**
 * An onRoute hook that wraps the handlers of operations. `secret` encrypts stored answers that are confidential.
 * `time_limit_ms` is for operations that have none of their own. `replica` answers lists and searches.
 */
export const runHandlers =
  ({ secret, time_limit_ms = TIME_LIMIT_MS, replica }: Running) =>
  (route: RouteOptions) => {
    const operation = route.config?.operation
    if (!operation) return
    const storing = operation.confidential ? sealedAnswers(secret) : PLAIN_ANSWERS
    const runs = runsOf(operation, String(route.method))
    const limit_ms = operation.time_limit_ms ?? time_limit_ms
    const given = route.handler as Handler
    const handler = WRAPPERS[runs](runs === 'read' ? fromReplica(given, replica, route) : given, { storing, limit_ms })
    route.handler = ((request, reply) => within(limit_ms, handler(request, reply))) as RouteHandlerMethod
  }

type Wrapping = { storing: Storing; limit_ms: number }
type Wrapped = (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>

function runsOf({ runs, auth = 'token' }: Operation, method: string): Runs {
  if (runs) return runs
  if (method === 'GET' || method === 'HEAD') return 'read'
  return auth === 'token' || auth === 'contact' ? 'transaction' : 'outside'
}

const WRAPPERS: Record<Runs, (handler: Handler, wrapping: Wrapping) => Wrapped> = {
  read: (handler) => async (request, reply) => handler(request, reply),
  outside:
    (handler, { storing }) =>
    async (request, reply) => {
      const key = request.workspace && idempotencyKey(request)
      const carryOut = async () => handler(request, reply)
      return key ? onceOutside(key, { request, reply, storing }, carryOut) : carryOut()
    },
  statement: (handler, wrapping) => {
    const transactional = inTransaction(handler, wrapping)
    return async (request, reply) => (idempotencyKey(request) ? transactional : handler)(request, reply)
  },
  transaction: inTransaction,
}

/** A transaction that takes longer than its limit is rolled back: its caller has been told that it failed. */
function inTransaction(handler: Handler, { storing, limit_ms }: Wrapping): Wrapped {
  return (request, reply) => {
    const overdue_at = performance.now() + limit_ms
    return atomically(request.workspace, async (workspace) => {
      request.workspace = workspace
      const key = idempotencyKey(request)
      const carryOut = async () => handler(request, reply)
      const answer = await (key ? once(workspace, key, { request, reply, storing }, carryOut) : carryOut())
      if (performance.now() > overdue_at) throw new TookTooLong('Rolled back after its time limit')
      return answer
    })
  }
}
