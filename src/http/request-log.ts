// The logger and the id of a request.
import { randomUUID } from 'node:crypto'
import type { FastifyBaseLogger } from 'fastify'

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

/** Returns a generator of ids in the form of a UUID: a random prefix for this process, and a counter. */
export function requestIds(): () => string {
  const head = randomUUID().slice(0, -TAIL_LENGTH)
  let next = Math.floor(Math.random() * TAILS)
  return () => {
    next = (next + 1) % TAILS
    return head + next.toString(16).padStart(TAIL_LENGTH, '0')
  }
}
