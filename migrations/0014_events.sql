-- Events become a transactional outbox: each says which object it is about and who caused it, may hold the object as it was, and has
-- a place that a reader can follow without losing transactions that commit late.

alter table events
  add object_type text,
  -- Null: the workspace itself.
  add actor_type text check (actor_type in ('admin', 'user', 'lead', 'bot')),
  add actor_id text collate "C",
  -- The object in the latest version of the API, as it was after the change. Null where nobody listened to the topic.
  add snapshot jsonb,
  -- The transaction that wrote it. Readers stop before the oldest transaction that is still open.
  add transaction_id xid8 not null default pg_current_xact_id();

update events set object_type = case split_part(topic, '.', 1) when 'conversation_part' then 'conversation' else split_part(topic, '.', 1) end;
alter table events
  alter object_type set not null,
  drop constraint events_pkey,
  add primary key (workspace_id, transaction_id, id);

-- The topics that somebody subscribes to: only for these are snapshots taken.
alter table workspaces add listened_topics text[] not null default '{}';
