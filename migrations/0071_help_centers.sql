-- Help centers, their collections, and redirects from other addresses.

create table help_centers (
  workspace_id text collate "C" not null references workspaces on delete cascade,
  id bigint generated always as identity,
  -- In its URL: /hc/{identifier}.
  identifier text not null,
  display_name text not null,
  website_turned_on boolean not null default true,
  custom_domain text,
  is_default boolean not null default false,
  default_locale text not null default 'en',
  -- The default one first.
  locales text[] not null default '{en}' check (locales[1] = default_locale),
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  primary key (workspace_id, id)
);
create unique index help_centers_by_default on help_centers (workspace_id, is_default) where is_default;

-- The identifiers and domains of all help centers: their URLs name no workspace.
create table help_center_names (
  name text collate "C" primary key,
  workspace_id text collate "C" not null,
  help_center_id bigint not null,
  foreign key (workspace_id, help_center_id) references help_centers on delete cascade
);
create index help_center_names_by_help_center on help_center_names (workspace_id, help_center_id);

create table collections (
  workspace_id text collate "C" not null,
  id bigint generated always as identity,
  help_center_id bigint not null,
  parent_id bigint,
  icon text not null default 'book-bookmark',
  -- Among the collections with the same parent; `order` on the wire.
  position integer not null,
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  primary key (workspace_id, id),
  foreign key (workspace_id, help_center_id) references help_centers on delete cascade,
  foreign key (workspace_id, parent_id) references collections on delete cascade
);
create index collections_by_update on collections (workspace_id, updated_at desc, id desc);
create index collections_by_parent on collections (workspace_id, help_center_id, parent_id, position);
create index collections_within on collections (workspace_id, parent_id) where parent_id is not null;

create table collection_contents (
  workspace_id text collate "C" not null,
  collection_id bigint not null,
  locale text not null,
  name text not null,
  description text,
  primary key (workspace_id, collection_id, locale),
  foreign key (workspace_id, collection_id) references collections on delete cascade
);

create table help_center_redirects (
  workspace_id text collate "C" not null,
  id bigint generated always as identity,
  help_center_id bigint not null,
  from_url text not null,
  -- The path and the query of from_url, within the help center.
  from_path text not null,
  locale text not null,
  article_id bigint,
  collection_id bigint,
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  primary key (workspace_id, id),
  check ((article_id is null) <> (collection_id is null)),
  foreign key (workspace_id, help_center_id) references help_centers on delete cascade,
  foreign key (workspace_id, collection_id) references collections on delete cascade
);
create unique index help_center_redirects_by_path on help_center_redirects (workspace_id, help_center_id, from_path);
create index help_center_redirects_by_update
  on help_center_redirects (workspace_id, help_center_id, updated_at desc, id desc);
create index help_center_redirects_to_collections on help_center_redirects (workspace_id, collection_id)
  where collection_id is not null;

-- Every workspace has a default help center, with the workspace's id as identifier.
insert into help_centers (workspace_id, identifier, display_name, is_default, created_at, updated_at)
select id, id, name, true, created_at, created_at from workspaces;
insert into help_center_names (name, workspace_id, help_center_id)
select identifier, workspace_id, id from help_centers;
