// Writes the log of requests, off their way: an entry waits in memory for a fraction of a second, and is dropped when many do.
import { setImmediate as pause } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import type { Pool } from '#db/sql.ts'
import { type Entry, entryOf, rowOf } from './entry.ts'
import { insertRequests, trimRequests } from './queries.ts'

/** Entries that wait at most. The next ones are dropped until these are taken. */
const MOST_WAITING = 150
const WRITE_AFTER_MS = 250
/** Entries that are read without a pause, so that no request waits for long. */
const AT_ONCE = 25
/** The log of a workspace is trimmed this often at most while it grows. */
const TRIM_EVERY_MS = 10_000

export type RequestLog = {
  is_on: boolean
  /** Resolves when all entries so far are written. */
  flush(): Promise<void>
}

export const NO_REQUEST_LOG: RequestLog = { is_on: false, flush: async () => {} }

/** Records every request with an access token, from now on. */
export function recordRequests(app: FastifyInstance, sql: Pool): RequestLog {
  let waiting: Entry[] = []
  let timer: NodeJS.Timeout | undefined
  let writing: Promise<void> = Promise.resolve()
  let grown = new Set<string>()
  let trim_at = 0

  function flush(): Promise<void> {
    clearTimeout(timer)
    timer = undefined
    const entries = waiting
    waiting = []
    if (entries.length)
      writing = writing
        .then(() => write(entries))
        .catch((error) => app.log.warn({ err: error, count: entries.length }, 'requests could not be logged'))
    return writing
  }

  async function write(entries: Entry[]): Promise<void> {
    const rows: ReturnType<typeof rowOf>[] = []
    for (const [n, entry] of entries.entries()) {
      if (n && n % AT_ONCE === 0) await pause()
      try {
        rows.push(rowOf(entry))
        grown.add(entry.workspace_id)
      } catch (error) {
        // Entries of other workspaces wait with it.
        app.log.error({ err: error, operation: entry.operation }, 'a request could not be logged')
      }
    }
    await insertRequests(sql, rows)
    if (Date.now() < trim_at) return
    trim_at = Date.now() + TRIM_EVERY_MS
    const workspaces = [...grown]
    grown = new Set()
    await trimRequests(sql, workspaces)
  }

  app.addHook('onSend', (request, reply, payload, done) => {
    const { token } = request
    if (token && !token.sign_in_id && waiting.length < MOST_WAITING) {
      waiting.push(entryOf(request, reply, payload))
      timer ??= setTimeout(flush, WRITE_AFTER_MS)
    }
    done(null, payload)
  })
  app.addHook('onClose', () => flush())
  return { is_on: true, flush }
}
