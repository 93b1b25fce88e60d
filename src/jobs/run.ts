// Runs the jobs of a worker process: those with an interval by timers, and all others on graphile-worker.
import { EventEmitter } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Runner, TaskList, WorkerEvents } from 'graphile-worker'
import type pg from 'pg'
import { nodePostgresPool } from '#db/node-postgres.ts'
import { isPooled, sessionsOf } from '#db/pooler.ts'
import type { Pool } from '#db/sql.ts'
import { deleteWorkers, reportAlive, unlockDead } from './heartbeats.ts'
import type { Job } from './job.ts'

export type JobLog = Record<'debug' | 'info' | 'warn' | 'error', (about: object, message: string) => void>

type Options<Context> = {
  sql: Pool
  jobs: readonly Job<Context>[]
  context: Context
  log: JobLog
  /** How many jobs run at once on graphile-worker. Default: 4. */
  concurrency?: number
  /** How often this process reports, and after how long without a report other processes run its jobs. */
  heartbeat?: { every_ms: number; dead_after_ms: number }
}

const CONCURRENCY = 4
const STOP_WITHIN_MS = 2_000
const KILL_WITHIN_MS = 1_000
const RESTART_AFTER_MS = 1_000
/** How often graphile-worker looks for jobs that nobody announced, such as those of a dead worker. */
export const POLL_EVERY_MS = 1_000
/** Together with the poll, a dead worker's jobs wait five seconds at most. */
export const HEARTBEAT = { every_ms: 1_000, dead_after_ms: 3_000 }

/**
 * Starts in the background. Returns a function that stops: it waits a short time for running jobs; a job that is
 * aborted runs again later.
 */
export function runJobs<Context>(options: Options<Context>): () => Promise<void> {
  const timers = options.jobs.flatMap((job) => (job.every_ms ? [repeat(job, job.every_ms, options)] : []))
  const stopQueue = runQueue(options)
  return async () => {
    for (const timer of timers) clearInterval(timer)
    await stopQueue()
  }
}

function repeat<Context>(job: Job<Context>, every_ms: number, { context, log }: Options<Context>): NodeJS.Timeout {
  let running = false
  return setInterval(async () => {
    if (running) return
    running = true
    await job.run(context, {}).catch((error) => log.warn({ err: error, job: job.name }, 'a job failed; trying again'))
    running = false
  }, every_ms)
}

/** Restarts graphile-worker whenever it ends, which it does after a long loss of the database. */
function runQueue<Context>(options: Options<Context>): () => Promise<void> {
  const { sql, log, heartbeat = HEARTBEAT } = options
  const workers = new Set<string>()
  let runner: Runner | undefined
  let stopping = false

  const running = (async () => {
    // Loaded here, because the API can answer its first request without it.
    const [worker, { default: pg }] = await Promise.all([import('graphile-worker'), import('pg')])
    while (!stopping) {
      let pool: pg.Pool | undefined
      try {
        pool = await nodePostgresPool(pg, sessionsOf(sql) ?? sql, (options.concurrency ?? CONCURRENCY) + 2)
        runner = await start(worker, pool, options, workers)
        if (stopping) await end(runner)
        await runner.promise
      } catch (error) {
        if (!stopping) log.warn({ err: error }, 'the job queue stopped; starting it again')
      }
      await pool?.end().catch(() => {})
      if (!stopping) await sleep(RESTART_AFTER_MS)
    }
  })()

  const beats = setInterval(heart(options, workers), heartbeat.every_ms)

  return async () => {
    stopping = true
    clearInterval(beats)
    // A runner that is just starting ends when it has started: its connections must not outlive the database.
    const ended = runner ? end(runner).then(() => running) : running
    await Promise.race([ended, sleep(STOP_WITHIN_MS + KILL_WITHIN_MS)])
    await deleteWorkers(sql, [...workers]).catch(() => {})
  }
}

/**
 * Returns a function that reports once, and then frees the jobs of the dead. After a pause, such as an outage of the
 * database, it only reports: the other processes could not report either, and are not dead.
 */
function heart(
  { sql, log, heartbeat = HEARTBEAT }: Pick<Options<unknown>, 'sql' | 'log' | 'heartbeat'>,
  workers: ReadonlySet<string>,
) {
  let last_ms = -Infinity
  let beating = false
  const beat = async () => {
    await reportAlive(sql, [...workers])
    const now_ms = performance.now()
    if (now_ms - last_ms < heartbeat.dead_after_ms) await unlockDead(sql, heartbeat.dead_after_ms)
    last_ms = now_ms
  }
  return async () => {
    if (beating || !workers.size) return
    beating = true
    await beat().catch((error) => log.warn({ err: error }, 'could not report that this process runs jobs'))
    beating = false
  }
}

async function end(runner: Runner): Promise<void> {
  const stopped = runner.stop().then(
    () => true,
    () => true,
  )
  if (await Promise.race([stopped, sleep(STOP_WITHIN_MS, false)])) return
  await Promise.race([runner.kill().catch(() => {}), sleep(KILL_WITHIN_MS)])
}

async function start<Context>(
  { Logger, run }: typeof import('graphile-worker'),
  pgPool: pg.Pool,
  options: Options<Context>,
  workers: Set<string>,
): Promise<Runner> {
  const { jobs, context, log, concurrency = CONCURRENCY } = options
  const queued = jobs.filter((job) => !job.every_ms)
  workers.clear()
  const events: WorkerEvents = new EventEmitter()
  events.on('worker:create', ({ worker }) => void workers.add(worker.workerId))
  return run({
    pgPool,
    taskList: tasksOf(queued, context),
    crontab: queued.flatMap(({ name, cron }) => (cron ? [`${cron} ${name}`] : [])).join('\n'),
    concurrency,
    pollInterval: POLL_EVERY_MS,
    noPreparedStatements: isPooled(options.sql),
    noHandleSignals: true,
    events,
    logger: new Logger(() => (level, message, about) => {
      const method = ({ error: 'error', warning: 'warn', info: 'debug', debug: 'debug' } as const)[level]
      log[method]({ ...about }, message)
    }),
  })
}

const tasksOf = <Context>(jobs: readonly Job<Context>[], context: Context): TaskList =>
  Object.fromEntries(
    jobs.map(({ name, run }) => [
      name,
      async (payload: unknown) => {
        await run(context, payload)
      },
    ]),
  )
