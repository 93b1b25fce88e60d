-- The reactions of readers to articles on the pages of a help center: one for each reader.

create table article_reactions (
  workspace_id text collate "C" not null,
  article_id bigint not null,
  -- Random, from a cookie.
  reader_id text collate "C" not null,
  reaction text not null check (reaction in ('happy', 'neutral', 'sad')),
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  primary key (workspace_id, article_id, reader_id),
  foreign key (workspace_id, article_id) references articles on delete cascade
);
