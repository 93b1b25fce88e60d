-- Events become a transactional outbox: each has its object, its actor and possibly a snapshot of the object, and a
-- position, by which a reader misses no transaction that commits late.

alter table events
  add object_type text,
  -- Null: the workspace itself.
  add actor_type text check (actor_type in ('admin', 'user', 'lead', 'bot')),
  add actor_id text collate "C",
  -- The object after the change, in the latest API version. Null if the workspace did not listen to the topic.
  add snapshot jsonb,
  -- The transaction that wrote it. Readers stop before the oldest open transaction.
  add transaction_id xid8 not null default pg_current_xact_id();

update events set object_type = case split_part(topic, '.', 1) when 'conversation_part' then 'conversation' else split_part(topic, '.', 1) end;
alter table events
  alter object_type set not null,
  drop constraint events_pkey,
  add primary key (workspace_id, transaction_id, id);

-- The subscribed topics: snapshots are stored only for these.
alter table workspaces add listened_topics text[] not null default '{}';
