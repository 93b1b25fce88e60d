-- Which workers of the job queue live: a job that a dead one holds is given to another. The queue itself is graphile-worker's
-- schema `graphile_worker`.

create table job_workers (
  id text primary key,
  seen_at timestamptz not null
);
