-- Content snippets: short pieces of content for the assistant and the team.

create table content_snippets (
  workspace_id text collate "C" not null references workspaces on delete cascade,
  id bigint generated always as identity,
  title text not null,
  -- A list of blocks, the same as markdown, and its text for search.
  json_blocks jsonb not null,
  body_markdown text not null,
  body_text text not null,
  locale text not null,
  folder_id bigint,
  audience_ids bigint[] not null,
  ai_chatbot_availability boolean not null,
  ai_copilot_availability boolean not null,
  ai_sales_agent_availability boolean not null,
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  primary key (workspace_id, id)
);
create index content_snippets_by_update on content_snippets (workspace_id, updated_at desc, id desc);
create index content_snippets_by_folder on content_snippets (workspace_id, folder_id) where folder_id is not null;
