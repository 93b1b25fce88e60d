// Endpoints for monitoring: /healthz, /readyz and /metrics.
import Fastify, { type FastifyInstance } from 'fastify'
import { register } from 'prom-client'
import { missingMigrations } from '#db/migrate.ts'
import type { Pool } from '#db/sql.ts'
import { TookTooLong, within } from '#lib/time-limit.ts'
import { DISK_FULL } from './errors.ts'

/** Load balancers usually wait for a second or more. */
const ANSWER_WITHIN_MS = 1_000
/** How long a disk that had room, and a schema that was complete, are not looked at again. */
const ROOM_FOR_MS = 5_000

/** The storage of attached files. */
type Room = { hasRoom(): Promise<boolean> }

type State =
  | 'ready'
  | 'starting'
  | 'stopping'
  | 'database_timeout'
  | 'database_read_only'
  | 'database_not_migrated'
  | 'disk_full'
  | 'storage_unavailable'

type Outside = {
  sql: Pool
  files: Room
  isStopping?: (() => boolean) | undefined
  /** Whether /metrics is answered, too. */
  has_metrics?: boolean
  /** Returns what /metrics answers. Default: the metrics of this process. */
  metrics?: (() => Promise<string>) | undefined
}

export function health(app: FastifyInstance, { isStopping = () => false, ...outside }: Outside) {
  const { has_metrics = true, metrics = () => register.metrics() } = outside
  const stateNow = stateOf(outside)

  app.get('/healthz', async () => ({ status: 'alive' }))

  app.get('/readyz', async (_request, reply) => {
    const status = isStopping() ? 'stopping' : await within(ANSWER_WITHIN_MS, stateNow()).catch(whyNot)
    reply.code(status === 'ready' ? 200 : 503)
    return { status }
  })

  if (!has_metrics) return
  app.get('/metrics', async (_request, reply) => {
    reply.type(register.contentType)
    return metrics()
  })
}

/** Returns a function that asks database and storage. All callers at the same time share one question. */
function stateOf({ sql, files }: Pick<Outside, 'sql' | 'files'>): () => Promise<State> {
  let asking: Promise<State> | undefined
  let had_room_at = Number.NEGATIVE_INFINITY

  async function ask(): Promise<State> {
    const [{ is_read_only }] = await sql<[{ is_read_only: boolean }]>`
      select current_setting('transaction_read_only')::boolean as is_read_only`
    if (is_read_only) return 'database_read_only'
    if (performance.now() - had_room_at < ROOM_FOR_MS) return 'ready'
    if ((await missingMigrations(sql)).length) return 'database_not_migrated'
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

/** Answers the three at a port of their own. Returns a function that ends that. @throws Error for the operator if it cannot. */
export async function monitor(host: string, port: number, outside: Outside): Promise<() => Promise<void>> {
  const app = Fastify({ logger: false, forceCloseConnections: true })
  health(app, outside)
  await app.listen({ host, port }).catch((error) => {
    throw new Error(`METRICS_PORT ${port} of ${host} cannot be used: ${error.message}`, { cause: error })
  })
  return () => app.close()
}
