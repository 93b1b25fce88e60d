-- The heartbeats of job workers: the jobs of a dead worker are given to another one. The queue is graphile-worker's
-- schema `graphile_worker`.

create table job_workers (
  id text primary key,
  seen_at timestamptz not null
);
