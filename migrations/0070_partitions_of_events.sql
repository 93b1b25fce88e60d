-- The log of events is partitioned by the time at which an event was stored, so that old events are dropped with their
-- partition. The events that are here already become the first partition.

alter table events rename to events_until_partitions;
alter table events_until_partitions rename constraint events_pkey to events_until_partitions_pkey_of_log;
alter index events_with_snapshot rename to events_until_partitions_with_snapshot;
drop index events_by_age;

create sequence event_ids;
select setval('event_ids', coalesce((select max(id) from events_until_partitions), 0) + 1, false);

alter table events_until_partitions
  alter id drop identity,
  add column stored_at timestamptz not null default now(),
  drop constraint events_until_partitions_pkey_of_log,
  add primary key (workspace_id, transaction_id, id, stored_at);

create table events (
  workspace_id text collate "C" not null references workspaces on delete cascade,
  id bigint not null default nextval('event_ids'),
  topic text not null,
  object_type text not null,
  object_id text collate "C" not null,
  details jsonb not null default '{}',
  -- Null: the workspace itself.
  actor_type text constraint events_actor_type_check check (actor_type in ('admin', 'user', 'lead', 'bot')),
  actor_id text collate "C",
  -- The object after the change, in the latest API version. Null if the workspace did not listen to the topic.
  snapshot jsonb,
  -- On the clock of the workspace.
  created_at timestamptz(3) not null,
  -- The transaction that wrote it. Readers stop before the oldest open transaction.
  transaction_id xid8 not null default pg_current_xact_id(),
  -- On the clock of the database.
  stored_at timestamptz not null default now(),
  primary key (workspace_id, transaction_id, id, stored_at)
) partition by range (stored_at);
alter sequence event_ids owned by events.id;
create index events_with_snapshot on events (workspace_id, object_type, object_id) where snapshot is not null;

-- Later partitions are created while the server runs.
do $$
declare
  next_day timestamptz := date_trunc('day', now(), 'UTC') + interval '1 day';
begin
  execute format('alter table events attach partition events_until_partitions for values from (minvalue) to (%L)', next_day);
  execute format('create table events_%s partition of events for values from (%L) to (%L)',
    to_char(next_day at time zone 'UTC', 'YYYYMMDDHH24'), next_day, next_day + interval '1 day');
end $$;
