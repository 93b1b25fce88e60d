// All operations that Intercom has published. Those that this server does not have yet answer with a 404 that says so.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { notFound } from './errors.ts'
import type { RegisteredOperation } from './operations.ts'

/** `since` and `until` are versions; `until` can also be the day on which Preview lost the operation. Empty: still there. */
export type IntercomOperation = {
  group: string
  method: string
  /** As in OpenAPI: `/tags/{id}`. */
  path: string
  operation_id: string
  since: string
  until: string
}

/** Returns all operations from version 2.7 on, grouped as in Intercom's reference: facts from intercom-operations.tsv. */
export function intercomOperations(): IntercomOperation[] {
  const [, ...rows] = readFileSync(join(import.meta.dirname, 'intercom-operations.tsv'), 'utf8')
    .trimEnd()
    .split('\n')
  return rows.map((line) => {
    const [group = '', method = '', path = '', operation_id = '', since = '', until = ''] = line.split('\t')
    return { group, method, path, operation_id, since, until }
  })
}

/**
 * Adds a route for each operation that is not in `served`, which must be complete. Without these routes,
 * `/admins/activity_logs` would be an admin with the id `activity_logs`. They refuse before the body is parsed, with or
 * without a token, as any unknown URL does.
 */
export function refuseMissingOperations(
  app: FastifyInstance,
  served: Iterable<Pick<RegisteredOperation, 'method' | 'url'>>,
): void {
  const here = new Set(Array.from(served, ({ method, url }) => shapeOf(method, url)))
  for (const { method, path, operation_id } of intercomOperations()) {
    if (here.has(shapeOf(method, path))) continue
    const refuse = () => {
      throw notFound(`${method} ${path} (${operation_id}) is not implemented yet by this server`)
    }
    app.route({ method, url: path.replace(/\{(\w+)\}/g, ':$1'), onRequest: refuse, handler: refuse })
  }
}

/** Returns the method and the path without the names of its parameters, which differ between the two lists. */
const shapeOf = (method: string, path: string): string => `${method} ${path.replace(/:\w+|\{\w+\}/g, '*')}`
