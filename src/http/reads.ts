// Lists and searches are read from the replica, if there is one and it is not behind.
import type { FastifyReply, FastifyRequest, RouteOptions } from 'fastify'
import { Counter, register } from 'prom-client'
import type { Replica } from '#db/replica.ts'
import { isTransient } from '#db/transient.ts'

type Handler = (request: FastifyRequest, reply: FastifyReply) => unknown

const reads = new Counter({
  name: 'interphone_replica_reads_total',
  help: 'Lists and searches, by the database that answered. From the primary, if the replica is behind or away.',
  labelNames: ['from'],
  registers: [register],
})

/** PostgreSQL's code for a read of an unlogged table, which replicas do not have. */
const NOT_ON_A_REPLICA = '0A000'

/**
 * Intercom's name of the operation says so. Not what shows one object, which the primary answers as fast as whether the replica
 * has it; and no stream, which goes on after its answer has begun.
 */
const isListOrSearch = (operation_id: string): boolean => /^(list?|search)[A-Z]/i.test(operation_id)

/**
 * Returns a handler that reads from the replica. If the replica fails in the middle, such as by a conflict with what it
 * replays, the primary answers.
 */
export function fromReplica(handler: Handler, replica: Replica | undefined, route: RouteOptions): Handler {
  const { id = '', auth = 'token' } = route.config?.operation ?? {}
  if (!replica || auth !== 'token' || !isListOrSearch(id)) return handler
  return async (request, reply) => {
    const { workspace } = request
    const sql = await replica.whenCurrent()
    if (sql) {
      try {
        request.workspace = { ...workspace, sql, is_read_only: true }
        const answer = await handler(request, reply)
        reads.inc({ from: 'replica' })
        return answer
      } catch (error) {
        if (!isTransient(error) && (error as { code?: string }).code !== NOT_ON_A_REPLICA) throw error
        request.workspace = workspace
      }
    }
    reads.inc({ from: 'primary' })
    return handler(request, reply)
  }
}
