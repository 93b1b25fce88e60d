// Carries out queued bulk jobs in a test.
import { after } from 'node:test'
import type { Pool } from '#db/sql.ts'
import { type JobLog, runJobs } from '#jobs/run.ts'
import { RESOURCES } from '#resources/index.ts'
import type { WorkerContext } from '#server.ts'
import type { Call } from './app.ts'
import { eventually } from './factories.ts'

const silent = () => {}
const LOG: JobLog = { debug: silent, info: silent, warn: silent, error: silent }

/** Only the jobs that requests ask for. */
const ASKED_FOR = RESOURCES.flatMap(({ jobs = [] }) => jobs).filter(({ cron, every_ms }) => !cron && !every_ms)

/**
 * Starts a worker of the jobs that requests ask for. Returns a function that stops it; the end of the tests does too, or what
 * `atEnd` registers: an `after` within a hook would stop it when the hook ends.
 */
export function startJobs(
  sql: Pool,
  log: JobLog = LOG,
  others: Partial<WorkerContext> = {},
  atEnd: (stop: () => Promise<void>) => unknown = after,
): () => Promise<void> {
  const context = { sql, log, ...others } as WorkerContext
  const stop = runJobs({ sql, jobs: ASKED_FOR, context, log, heartbeat: { every_ms: 100, dead_after_ms: 1_000 } })
  atEnd(stop)
  return stop
}

/** Waits for the end of a bulk job, and returns it. @param url `/contacts/bulk/job_v2_1` */
export const ended = async (call: Call, url: string, within_ms = 30_000) => {
  const { body } = await eventually(
    () => call(`GET ${url}`),
    ({ body: { state } }) => state.startsWith('completed'),
    within_ms,
  )
  return body
}
