// Adds a job to the queue. The job and the caller's transaction are committed together, or neither.
import type { Sql } from '#db/sql.ts'

export type Request = {
  name: string
  /** JSON. */
  payload: object
  /** The earliest time. Default: now. */
  run_at?: Date
  /** A waiting job with the same key is replaced. */
  key?: string
  /** Jobs of one queue run one after the other. Default: they run at the same time. */
  queue?: string
  /** After this many failures the job is given up. Default: 25, over about three days. */
  max_attempts?: number
}

/** In a transaction, the job waits for the commit. Each call sends a NOTIFY, so do not use it on a hot path. */
export async function enqueue(sql: Sql, { name, payload, run_at, key, queue, max_attempts }: Request): Promise<void> {
  await sql`
    select graphile_worker.add_job(${name}, ${JSON.stringify(payload)}::text::json, run_at => ${run_at ?? null}::timestamptz,
      job_key => ${key ?? null}, queue_name => ${queue ?? null}, max_attempts => ${max_attempts ?? null}::int)`
}
