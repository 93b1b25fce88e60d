// Asks for a job by name. The request and the job are committed together, or neither.
import type { Sql } from '#db/sql.ts'

export type Request = {
  name: string
  /** JSON. */
  payload: object
  /** At the earliest; at once where absent. */
  run_at?: Date
  /** A job that waits under the same key is replaced. */
  key?: string
  /** After so many failures the job is given up: 25 where absent, over about three days. */
  max_attempts?: number
}

/** In a transaction, the job waits for its commit. Each commit notifies PostgreSQL: not for a path that is hot. */
export async function enqueue(sql: Sql, { name, payload, run_at, key, max_attempts }: Request): Promise<void> {
  await sql`
    select graphile_worker.add_job(${name}, ${JSON.stringify(payload)}::text::json, run_at => ${run_at ?? null}::timestamptz,
      job_key => ${key ?? null}, max_attempts => ${max_attempts ?? null}::int)`
}
