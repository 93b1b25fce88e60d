-- Which articles a reader of a messenger has viewed last: a conversation that the reader starts within an hour counts for them.

create table article_views (
  workspace_id text collate "C" not null,
  -- A contact, or a visitor: its id, which is the external id of the lead that the visitor becomes.
  reader_id text collate "C" not null,
  article_id bigint not null,
  -- By the workspace's clock.
  viewed_at timestamptz(3) not null,
  -- By the server's clock: old views are removed.
  written_at timestamptz not null default now(),
  primary key (workspace_id, reader_id, article_id),
  foreign key (workspace_id, article_id) references articles on delete cascade
);
create index article_views_by_article on article_views (workspace_id, article_id);
create index article_views_by_age on article_views (written_at);
