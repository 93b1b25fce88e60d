// The heartbeats of job workers. graphile-worker alone would release a killed worker's jobs only after four hours.
import type { Pool } from '#db/sql.ts'

export const reportAlive = (sql: Pool, ids: string[]) => sql`
  insert into job_workers (id, seen_at) select unnest(${ids}::text[]), now()
  on conflict (id) do update set seen_at = excluded.seen_at`

export const deleteWorkers = (sql: Pool, ids: string[]) => sql`delete from job_workers where id = any(${ids}::text[])`

/** Unlocks the jobs of workers that have not reported for this long. Each of their jobs runs again. */
export async function unlockDead(sql: Pool, dead_after_ms: number): Promise<void> {
  const dead = await sql<{ id: string }[]>`
    select distinct locked_by as id from graphile_worker.jobs
    where locked_by is not null and locked_at < now() - ${dead_after_ms} * interval '1 millisecond'
      and not exists (
        select from job_workers
        where job_workers.id = locked_by and seen_at > now() - ${dead_after_ms} * interval '1 millisecond')`
  const ids = dead.map(({ id }) => id)
  if (ids.length) await sql`select graphile_worker.force_unlock_workers(${ids}::text[])`
  await sql`delete from job_workers where seen_at < now() - ${dead_after_ms} * interval '1 millisecond'`
}
