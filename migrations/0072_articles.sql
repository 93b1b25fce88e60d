-- Articles, with a content for each locale, its versions, and statistics.

create table articles (
  workspace_id text collate "C" not null references workspaces on delete cascade,
  id bigint generated always as identity,
  -- Of its help center when it was created. The article always has a content in it.
  default_locale text not null,
  folder_id bigint,
  first_published_at timestamptz(3),
  scheduled_publish_at timestamptz(3),
  scheduled_unpublish_at timestamptz(3),
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  primary key (workspace_id, id),
  check (scheduled_publish_at is null or scheduled_unpublish_at is null)
);
create index articles_by_update on articles (workspace_id, updated_at desc, id desc);
create index articles_by_schedule on articles (workspace_id, coalesce(scheduled_publish_at, scheduled_unpublish_at))
  where scheduled_publish_at is not null or scheduled_unpublish_at is not null;

create table article_contents (
  workspace_id text collate "C" not null,
  id bigint generated always as identity,
  article_id bigint not null,
  locale text not null,
  title text not null,
  description text not null,
  -- HTML, the same as markdown, and its text for search.
  body text not null,
  body_markdown text not null,
  body_text text not null,
  author_id bigint not null,
  state text not null check (state in ('draft', 'published')),
  audience_ids bigint[] not null default '{}',
  ai_chatbot_availability boolean not null default true,
  ai_copilot_availability boolean not null default true,
  ai_sales_agent_availability boolean not null default true,
  created_by_id bigint,
  updated_by_id bigint,
  -- The version that these texts are, and the one that is staged on top of it.
  version_id bigint not null,
  draft_version_id bigint,
  words tsvector generated always as (
    setweight(to_tsvector('simple', left(title, 1000)), 'A')
    || setweight(to_tsvector('simple', left(description, 10000)), 'B')
    || setweight(to_tsvector('simple', left(body_text, 200000)), 'C')) stored,
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  primary key (workspace_id, id),
  foreign key (workspace_id, article_id) references articles on delete cascade
);
create unique index article_contents_by_locale on article_contents (workspace_id, article_id, locale);
create index article_contents_words on article_contents using gin (workspace_id, words);

create table article_versions (
  workspace_id text collate "C" not null,
  id bigint generated always as identity,
  article_id bigint not null,
  locale text not null,
  title text not null,
  description text not null,
  body text not null,
  body_markdown text not null,
  body_text text not null,
  author_id bigint not null,
  created_by_id bigint,
  created_via text not null check (created_via in ('api', 'web')),
  from_version_id bigint,
  created_at timestamptz(3) not null,
  primary key (workspace_id, id),
  foreign key (workspace_id, article_id) references articles on delete cascade
);
create index article_versions_by_article on article_versions (workspace_id, article_id, id desc);

create table article_collections (
  workspace_id text collate "C" not null,
  article_id bigint not null,
  collection_id bigint not null,
  -- Among the collections of the article, as they were given.
  position integer not null,
  primary key (workspace_id, article_id, collection_id),
  foreign key (workspace_id, article_id) references articles on delete cascade,
  foreign key (workspace_id, collection_id) references collections on delete cascade
);
create index article_collections_by_collection on article_collections (workspace_id, collection_id);

create table article_statistics (
  workspace_id text collate "C" not null,
  article_id bigint not null,
  views bigint not null default 0,
  conversations bigint not null default 0,
  happy_reactions bigint not null default 0,
  neutral_reactions bigint not null default 0,
  sad_reactions bigint not null default 0,
  fin_involvements bigint not null default 0,
  fin_resolutions bigint not null default 0,
  primary key (workspace_id, article_id),
  foreign key (workspace_id, article_id) references articles on delete cascade
);

alter table help_center_redirects
  add foreign key (workspace_id, article_id) references articles on delete cascade;
create index help_center_redirects_to_articles on help_center_redirects (workspace_id, article_id)
  where article_id is not null;
