-- The assistant in conversations: where it answers by itself, and what it did in each of them.

create table assistant_settings (
  workspace_id text collate "C" not null references workspaces on delete cascade,
  is_enabled boolean not null default false,
  -- Of conversations: inapp, email, …
  channels text[] not null default '{inapp,email}',
  -- Of the contacts that it answers; none: all.
  audience_ids bigint[] not null default '{}',
  primary key (workspace_id)
);

-- Null: the assistant has no part in it. See `AiAgent` in src/resources/conversations/ai-agent.ts.
alter table conversations add column ai_agent jsonb;
