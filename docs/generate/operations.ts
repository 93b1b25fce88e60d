// The operations of Intercom's API, and those that this server has.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildApp } from '#app.ts'
import { connect } from '#db/connect.ts'
import type { Files } from '#files/files.ts'

/** `since` and `until` are versions; `until` can also be the day on which Preview lost the operation. Empty: still there. */
export type Operation = {
  group: string
  method: string
  path: string
  operation_id: string
  since: string
  until: string
}

export type ServedOperation = Pick<Operation, 'method' | 'path' | 'operation_id'> & { since?: string; until?: string }

/** Returns all operations that Intercom has published from 2.7 on, grouped as in its reference: facts from operations.tsv. */
export function intercomOperations(): Operation[] {
  const [, ...rows] = readFileSync(join(import.meta.dirname, 'operations.tsv'), 'utf8')
    .trimEnd()
    .split('\n')
  return rows.map((line) => {
    const [group = '', method = '', path = '', operation_id = '', since = '', until = ''] = line.split('\t')
    return { group, method, path, operation_id, since, until }
  })
}

/** Whether only older versions have it. */
export const isRemoved = ({ until }: Operation): boolean => until.startsWith('2.')

/** Returns the operations of a server that has all of its routes. Nothing is asked of it, so it needs no database. */
export async function servedOperations(): Promise<ServedOperation[]> {
  const sql = connect({})
  const app = buildApp({ sql, files: {} as Files, secret: '' })
  const operations: ServedOperation[] = []
  app.addHook('onRoute', ({ method, url, config }) => {
    if (!config?.operation) return
    const { id, since, until } = config.operation
    const path = url.replace(/:(\w+)/g, '{$1}')
    operations.push({
      operation_id: id,
      method: String(method),
      path,
      ...(since && { since }),
      ...(until && { until }),
    })
  })
  await app.ready()
  await app.close()
  await sql.end()
  return operations
}
