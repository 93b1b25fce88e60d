// What operators watch of the job queue.
import type { Measure, Sample } from '#db/measures.ts'

export const JOB_MEASURES: readonly Measure[] = [
  {
    name: 'interphone_jobs_due',
    help: 'Jobs that could run now, and that no worker has begun.',
    read: (sql) => sql<Sample[]>`
      select count(*)::int as value from graphile_worker.jobs
      where locked_at is null and run_at <= now() and attempts < max_attempts`,
  },
  {
    name: 'interphone_jobs_failed',
    help: 'Jobs that failed so often that they are not tried again.',
    read: (sql) => sql<Sample[]>`
      select count(*)::int as value from graphile_worker.jobs where attempts >= max_attempts`,
  },
  {
    name: 'interphone_job_oldest_due_seconds',
    help: 'For how long the oldest of the jobs has been due that no worker has begun.',
    read: (sql) => sql<Sample[]>`
      select extract(epoch from now() - min(run_at))::float8 as value from graphile_worker.jobs
      where locked_at is null and run_at <= now() and attempts < max_attempts having count(*) > 0`,
  },
  {
    name: 'interphone_housekeeping_timestamp_seconds',
    help: 'When a scheduled job was last begun.',
    read: (sql) => sql<Sample[]>`
      select extract(epoch from max(last_execution))::float8 as value
      from graphile_worker._private_known_crontabs having max(last_execution) is not null`,
  },
]
