// The logger and the id of a request.
import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import { loggable } from './errors.ts'

const LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const

/**
 * Returns a logger that creates its child when it logs its first line, because most requests log nothing. For Fastify's
 * `childLoggerFactory`.
 */
export function lazyChild(logger: FastifyBaseLogger, bindings: object): FastifyBaseLogger {
  let child: FastifyBaseLogger | undefined
  const ensureChild = () => {
    child ??= logger.child(bindings as Parameters<FastifyBaseLogger['child']>[0])
    return child
  }
  const lazy = Object.create(logger) as FastifyBaseLogger
  lazy.child = (...rest) => ensureChild().child(...rest)
  for (const level of LEVELS)
    lazy[level] = ((...rest: [unknown]) => ensureChild()[level](...(rest as [never]))) as never
  return lazy
}

const TAIL_LENGTH = 12
const TAILS = 16 ** TAIL_LENGTH

/** What a proxy or a client may name a request. */
const GIVEN_ID = /^[\w.:+/=-]{1,128}$/

/**
 * Returns a function that names requests: as their X-Request-Id says, else by a UUID, of which the beginning is of this process
 * and the end a counter.
 */
export function requestIds(): (request: IncomingMessage) => string {
  const head = randomUUID().slice(0, -TAIL_LENGTH)
  let next = Math.floor(Math.random() * TAILS)
  return ({ headers }) => {
    const given = headers['x-request-id']
    if (typeof given === 'string' && GIVEN_ID.test(given)) return given
    next = (next + 1) % TAILS
    return head + next.toString(16).padStart(TAIL_LENGTH, '0')
  }
}

/** Writes a line for each request when it has been answered. */
export function logRequests(app: FastifyInstance): void {
  app.addHook('onResponse', (request, reply, done) => {
    const { method, routeOptions, headers, workspace } = request
    request.log.info(
      {
        ...{ method, url: loggable(request), operation: routeOptions.config?.operation?.id, status: reply.statusCode },
        ms: Math.round((performance.now() - request.arrived_at) * 10) / 10,
        ...{ workspace_id: workspace?.id, ip: request.ip, user_agent: headers['user-agent'] },
        ...(headers['traceparent'] && { traceparent: headers['traceparent'] }),
      },
      'request',
    )
    done()
  })
}
