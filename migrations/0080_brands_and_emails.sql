-- Brands, and the addresses that email comes from.

create table brands (
  workspace_id text collate "C" not null references workspaces on delete cascade,
  id bigint generated always as identity,
  name text not null,
  -- The default brand has the workspace's id on the wire.
  is_default boolean not null default false,
  -- Null: the default help center.
  help_center_id bigint,
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  primary key (workspace_id, id),
  foreign key (workspace_id, help_center_id) references help_centers on delete set null (help_center_id)
);
create unique index brands_by_default on brands (workspace_id, is_default) where is_default;
create index brands_by_help_center on brands (workspace_id, help_center_id) where help_center_id is not null;

insert into brands (workspace_id, name, is_default, created_at, updated_at)
select id, name, true, created_at, created_at from workspaces;

create table email_settings (
  workspace_id text collate "C" not null references workspaces on delete cascade,
  id bigint generated always as identity,
  email text not null,
  -- In lower case and punycode, as in reply_domains.
  domain text not null,
  -- Null: the default brand.
  brand_id bigint,
  -- The address that its brand sends from.
  is_default boolean not null,
  forwarding_enabled boolean not null,
  forwarded_email_last_received_at timestamptz(3),
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  primary key (workspace_id, id),
  foreign key (workspace_id, brand_id) references brands on delete set null (brand_id)
);
create unique index email_settings_by_email on email_settings (workspace_id, lower(email));
create index email_settings_by_brand on email_settings (workspace_id, brand_id);
