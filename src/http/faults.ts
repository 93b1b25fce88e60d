// The faults that a workspace has armed for its own requests: they meet a request before anything of it is done; or, where
// its answer is to be lost, after all of it is done.
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

/** A request that is left hanging is cut off after this long, if its client has not given up before. */
const LONGEST_HANG_MS = 5 * 60_000

/** Where faults are armed and disarmed: nothing armed there may get into its own way. */
const CONTROLS = '/extensions/sandbox'
/** What Intercom does not have, no client of Intercom asks for; faults meet it only where they name it. */
const OURS = '/extensions'

export type FaultyRequest = { operation: string; method: string; path: string }

/** Whether the fault is meant for a request like this. */
export function concerns(fault: RequestFault, { operation, method, path }: FaultyRequest): boolean {
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

  const meet: Record<RequestFault['fault'], (fault: RequestFault, reply: FastifyReply) => unknown> = {
    429: ({ retry_after }, reply) => {
      throw tooMany(retry_after, reply)
    },
    500: ({ retry_after }, reply) => {
      throw failure(500, 'server_error', 'Something went wrong on our side', retry_after, reply)
    },
    503: ({ retry_after }, reply) => {
      throw failure(503, 'service_unavailable', 'The service is not available, try again', retry_after, reply)
    },
    timeout: (_, reply) => wait(LONGEST_HANG_MS, reply).then(() => cut(reply)),
    delay: ({ delay_ms }, reply) => wait(delay_ms, reply),
    lose_answer(_, { request }) {
      request.losesAnswer = true
    },
  }

  return {
    /** Does to the request what is armed for it: the oldest fault that concerns it and is not used up. */
    async meetFault(faults: readonly RequestFault[], request: FastifyRequest, reply: FastifyReply): Promise<void> {
      const { workspace_id } = request.token
      for (const fault of faults) {
        if (!concerns(fault, faultyRequest(request)) || !(await useFault(sql, workspace_id, fault.id))) continue
        await meet[fault.fault](fault, reply)
        return
      }
    },
    /** Lets go of everything that hangs, and of everything that would. */
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

/** Without a Retry-After some of Intercom's own come, too: then the reset says when. */
function tooMany(retry_after: number, reply: FastifyReply): ArmedError {
  reply.headers({
    'x-ratelimit-remaining': 0,
    'x-ratelimit-reset': Math.ceil(Date.now() / 1000) + retry_after,
  })
  return new ArmedError(
    429,
    'rate_limit_exceeded',
    exceeding(reply.getHeader('x-ratelimit-limit')),
    comeBack(retry_after),
  )
}

/** It comes from in front of what counts requests: an SDK that would wait for the limit's reset backs off instead. */
function failure(status: 500 | 503, code: string, message: string, retry_after: number, reply: FastifyReply) {
  for (const name of ['limit', 'remaining', 'reset']) reply.removeHeader(`x-ratelimit-${name}`)
  return new ArmedError(status, code, message, comeBack(retry_after))
}

const comeBack = (seconds: number): Record<string, string> => (seconds ? { 'retry-after': String(seconds) } : {})

/** The connection ends without an answer. */
export function cut(reply: FastifyReply): void {
  reply.hijack()
  reply.raw.destroy()
}
