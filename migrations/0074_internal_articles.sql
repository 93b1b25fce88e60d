-- Content for the team and the assistant: internal articles.

create table internal_articles (
  workspace_id text collate "C" not null references workspaces on delete cascade,
  id bigint generated always as identity,
  title text not null,
  -- HTML, the same as markdown, and its text for search.
  body text not null,
  body_markdown text not null,
  body_text text not null,
  author_id bigint not null,
  owner_id bigint not null,
  locale text not null,
  folder_id bigint,
  audience_ids bigint[] not null,
  ai_chatbot_availability boolean not null,
  ai_copilot_availability boolean not null,
  ai_sales_agent_availability boolean not null,
  words tsvector generated always as (
    setweight(to_tsvector('simple', left(title, 1000)), 'A')
    || setweight(to_tsvector('simple', left(body_text, 200000)), 'B')) stored,
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  primary key (workspace_id, id)
);
create index internal_articles_by_update on internal_articles (workspace_id, updated_at desc, id desc);
create index internal_articles_by_folder on internal_articles (workspace_id, folder_id) where folder_id is not null;
create index internal_articles_words on internal_articles using gin (workspace_id, words);
