// The operations that this server has.
import { buildApp } from '#app.ts'
import { connect } from '#db/connect.ts'
import type { Files } from '#files/files.ts'
import type { IntercomOperation } from '#http/intercom-operations.ts'

export type ServedOperation = Pick<IntercomOperation, 'method' | 'path' | 'operation_id'> & {
  since?: string
  until?: string
}

/** Whether only older versions have it. */
export const isRemoved = ({ until }: IntercomOperation): boolean => until.startsWith('2.')

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
