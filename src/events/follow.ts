// The loop of a worker process that follows the log of events for a reader.
import type { FastifyBaseLogger } from 'fastify'
import type { Pool } from '#db/sql.ts'
import { isTransient } from '#db/transient.ts'
import { openWorkspace } from '#workspaces/open.ts'
import { type LogReader, listBehind, readOn } from './reader.ts'

type Means = { sql: Pool; log: Pick<FastifyBaseLogger, 'warn' | 'error'> }

/** Reads all that is in the log, in each workspace. An event that fails is skipped, unless the database is away. */
export async function readAll({ sql, log }: Means, reader: LogReader): Promise<void> {
  for (const behind of await listBehind(sql, reader)) {
    const workspace = { ...(await openWorkspace(sql, behind.workspace_id)), sql }
    await readOn(workspace, behind, reader, (error, { topic, object_id }) => {
      if (isTransient(error)) return false
      log.error({ err: error, reader: reader.name, topic, object_id }, 'an event could not be handled and is skipped')
      return true
    })
  }
}

/** Repeats work, one run after the other. Returns a function that stops it, and resolves when nothing runs any more. */
export function repeatEvery(ms: number, log: Means['log'], work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined
  const timer = setInterval(() => {
    running ??= work()
      .catch((error) => log.warn({ err: error }, 'could not follow the log of events; trying again'))
      .finally(() => {
        running = undefined
      })
  }, ms)
  return async () => {
    clearInterval(timer)
    await running
  }
}
