-- Audiences, which say for whom content is, and folders of content.

create table audiences (
  workspace_id text collate "C" not null references workspaces on delete cascade,
  id bigint generated always as identity,
  name text not null,
  -- Lists of `{ attribute, type, comparison, value }`, all of them texts.
  predicates jsonb not null,
  role_predicates jsonb not null,
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  primary key (workspace_id, id)
);

create table folders (
  workspace_id text collate "C" not null references workspaces on delete cascade,
  id bigint generated always as identity,
  name text not null,
  description text,
  emoji text,
  parent_folder_id bigint,
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  primary key (workspace_id, id),
  foreign key (workspace_id, parent_folder_id) references folders
);
create index folders_by_parent on folders (workspace_id, parent_folder_id, id);

create index articles_by_folder on articles (workspace_id, folder_id) where folder_id is not null;
