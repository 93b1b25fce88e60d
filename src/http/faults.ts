// Faults that a workspace has armed for its requests. They apply before the request is handled; a lost answer applies after.
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Pool } from '#db/sql.ts'
import { type RequestFault, useFault } from '#workspaces/faults.ts'
import { ArmedError } from './errors.ts'
import { exceeding } from './rate-limit.ts'

declare module 'fastify' {
  interface FastifyRequest {
    losesAnswer: boolean
  }
}

/** How long a request hangs for a `timeout`, if its client does not give up before. */
const LONGEST_HANG_MS = 5 * 60_000

/** The paths that arm and disarm faults. No fault applies to them, so that every fault can be disarmed. */
const CONTROLS = '/extensions/sandbox'
/** Clients of Intercom do not call these paths, so that only faults that name them apply. */
const OURS = '/extensions'

export type FaultyRequest = { operation: string; method: string; path: string }

/** Returns whether the fault applies to the request. */
export function appliesTo(fault: RequestFault, { operation, method, path }: FaultyRequest): boolean {
  if (isUnder(path, CONTROLS)) return false
  if (fault.operation !== null && fault.operation !== operation) return false
  if (fault.method !== null && fault.method !== method) return false
  if (fault.path !== null) return isUnder(path, fault.path)
  return fault.operation !== null || !isUnder(path, OURS)
}

const isUnder = (path: string, above: string) =>
  path === above || path.startsWith(above.endsWith('/') ? above : `${above}/`)

export function armedFaults(sql: Pool) {
  const waits = new Set<() => void>()
  let released = false

  /** Resolves after `ms`, or when the client gives up or the server stops. */
  function wait(ms: number, { raw }: FastifyReply): Promise<void> {
    if (released || raw.destroyed) return Promise.resolve()
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer)
        raw.off('close', end)
        waits.delete(end)
        resolve()
      }
      const timer = setTimeout(end, ms)
      raw.once('close', end)
      waits.add(end)
    })
  }

  const effects: Record<RequestFault['fault'], (fault: RequestFault, reply: FastifyReply) => unknown> = {
    429: ({ retry_after }, reply) => {
      throw tooMany(retry_after, reply)
    },
    500: ({ retry_after }, reply) => {
      throw failure(500, 'server_error', 'Something went wrong on our side', retry_after, reply)
    },
    503: ({ retry_after }, reply) => {
      throw failure(503, 'service_unavailable', 'The service is not available, try again', retry_after, reply)
    },
    timeout: (_, reply) => wait(LONGEST_HANG_MS, reply).then(() => destroyConnection(reply)),
    delay: ({ delay_ms }, reply) => wait(delay_ms, reply),
    lose_answer(_, { request }) {
      request.losesAnswer = true
    },
  }

  return {
    /** Applies the oldest armed fault for this request that is not used up. */
    async applyFault(faults: readonly RequestFault[], request: FastifyRequest, reply: FastifyReply): Promise<void> {
      const { workspace_id } = request.token
      for (const fault of faults) {
        if (!appliesTo(fault, faultyRequest(request)) || !(await useFault(sql, workspace_id, fault.id))) continue
        await effects[fault.fault](fault, reply)
        return
      }
    },
    /** Ends all waits, and those that start later, when the server stops. */
    release() {
      released = true
      for (const end of waits) end()
    },
  }
}

const faultyRequest = ({ method, url, routeOptions }: FastifyRequest): FaultyRequest => ({
  operation: routeOptions.config.operation?.id ?? '',
  method,
  path: url.replace(/\/?(\?.*)?$/s, ''),
})

/** Intercom also sends some 429s without Retry-After; then the client uses the reset header. */
function tooMany(retry_after: number, reply: FastifyReply): ArmedError {
  reply.headers({
    'x-ratelimit-remaining': 0,
    'x-ratelimit-reset': Math.ceil(Date.now() / 1000) + retry_after,
  })
  return new ArmedError(
    429,
    'rate_limit_exceeded',
    exceeding(reply.getHeader('x-ratelimit-limit')),
    retryAfter(retry_after),
  )
}

/** Removes the rate-limit headers: with them, SDKs would wait for the reset of the limit instead of backing off. */
function failure(status: 500 | 503, code: string, message: string, retry_after: number, reply: FastifyReply) {
  for (const name of ['limit', 'remaining', 'reset']) reply.removeHeader(`x-ratelimit-${name}`)
  return new ArmedError(status, code, message, retryAfter(retry_after))
}

const retryAfter = (seconds: number): Record<string, string> => (seconds ? { 'retry-after': String(seconds) } : {})

/** Closes the connection without an answer. */
export function destroyConnection(reply: FastifyReply): void {
  reply.hijack()
  reply.raw.destroy()
}
