// Endpoints for monitoring: /healthz, /readyz and /metrics.
import type { FastifyInstance } from 'fastify'
import { register } from 'prom-client'
import type { Pool } from '#db/sql.ts'
import { TookTooLong, within } from '#lib/time-limit.ts'
import { DISK_FULL } from './errors.ts'

/** Load balancers usually wait for a second or more. */
const ANSWER_WITHIN_MS = 1_000
/** How long a disk that had room is not asked again. */
const ROOM_FOR_MS = 5_000

/** The storage of attached files. */
type Room = { hasRoom(): Promise<boolean> }

type State = 'ready' | 'starting' | 'database_timeout' | 'disk_full' | 'storage_unavailable'

export function health(app: FastifyInstance, outside: { sql: Pool; files: Room }) {
  const stateNow = stateOf(outside)

  app.get('/healthz', async () => ({ status: 'alive' }))

  app.get('/readyz', async (_request, reply) => {
    const status = await within(ANSWER_WITHIN_MS, stateNow()).catch(whyNot)
    reply.code(status === 'ready' ? 200 : 503)
    return { status }
  })

  app.get('/metrics', async (_request, reply) => {
    reply.type(register.contentType)
    return register.metrics()
  })
}

/** Returns a function that asks database and storage. All callers at the same time share one question. */
function stateOf({ sql, files }: { sql: Pool; files: Room }): () => Promise<State> {
  let asking: Promise<State> | undefined
  let had_room_at = Number.NEGATIVE_INFINITY

  async function ask(): Promise<State> {
    await sql`select 1`
    if (performance.now() - had_room_at < ROOM_FOR_MS) return 'ready'
    await writeTemporaryFile(sql)
    if (!(await files.hasRoom())) return 'disk_full'
    had_room_at = performance.now()
    return 'ready'
  }
  return () => {
    asking ??= ask().finally(() => {
      asking = undefined
    })
    return asking
  }
}

/** Sorts more than fits in memory, so that PostgreSQL writes a file, and fails if its disk is full. Changes no table. */
const writeTemporaryFile = (sql: Pool) =>
  sql.begin(async (sql) => {
    await sql`set local work_mem = '64kB'`
    await sql`select count(*) from (select g from generate_series(1, 10000) g order by md5(g::text)) numbers`
  })

const whyNot = (error: { code?: string }): State => {
  if (error instanceof TookTooLong) return 'database_timeout'
  if (error.code === 'STORAGE_UNAVAILABLE') return 'storage_unavailable'
  return error.code === DISK_FULL ? 'disk_full' : 'starting'
}
