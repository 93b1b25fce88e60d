-- Deleted conversations: their ids, and the numbers that reports count.

create table deleted_conversations (
  workspace_id text collate "C" not null references workspaces on delete cascade,
  id bigint not null,
  metrics_retained boolean not null,
  -- Times, counts, assignees, contacts and tags of the conversation, without anything that was written; null if they are not
  -- retained.
  metrics jsonb check ((metrics is not null) = metrics_retained),
  deleted_at timestamptz(3) not null,
  primary key (workspace_id, id)
);
create index deleted_conversations_by_time on deleted_conversations (workspace_id, deleted_at desc, id desc);

-- A delivery outlives its conversation: it counts for its broadcast, and reports of a provider may follow. A message whose
-- conversation was deleted no longer reserves it.
alter table deliveries add column conversation_deleted boolean not null default false;

-- The raw content of a received message goes with its conversation.
delete from inbound_messages where conversation_id is not null and not exists (
  select from conversations
  where conversations.workspace_id = inbound_messages.workspace_id and conversations.id = conversation_id);
alter table inbound_messages add foreign key (workspace_id, conversation_id) references conversations on delete cascade;
create index inbound_messages_of_conversations on inbound_messages (workspace_id, conversation_id)
  where conversation_id is not null;

-- A file that a caller attached again, by its link, stays when one of its conversations is deleted.
alter table attachments add column is_shared boolean not null default false;

-- A call outlives its conversation, and the part there that has its summary.
update calls set summary_part_id = null where summary_part_id is not null and not exists (
  select from conversation_parts parts where parts.workspace_id = calls.workspace_id and parts.id = summary_part_id);
alter table calls add foreign key (workspace_id, summary_part_id) references conversation_parts
  on delete set null (summary_part_id);
create index calls_by_summary on calls (workspace_id, summary_part_id) where summary_part_id is not null;

-- A conversation that was merged into another one: what is written to it goes there. It never points to one that was merged
-- itself: a merge moves those that point to it.

alter table conversations add column merged_into bigint;
alter table conversations add foreign key (workspace_id, merged_into) references conversations
  on delete set null (merged_into);
create index conversations_merged_into on conversations (workspace_id, merged_into) where merged_into is not null;

-- The same for one that was merged, and then deleted.
alter table deleted_conversations add column merged_into bigint;
alter table deleted_conversations add foreign key (workspace_id, merged_into) references conversations
  on delete set null (merged_into);
create index deleted_conversations_merged_into on deleted_conversations (workspace_id, merged_into)
  where merged_into is not null;
