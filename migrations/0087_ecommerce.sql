-- Product catalogs of shops: connectors, uploads with their parts, and the products that an upload leaves.

create table ecommerce_connectors (
  workspace_id text collate "C" not null references workspaces on delete cascade,
  id bigint generated always as identity,
  name text not null,
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  primary key (workspace_id, id)
);

create table ecommerce_uploads (
  workspace_id text collate "C" not null,
  id bigint generated always as identity,
  connector_id bigint not null,
  state text not null check (state in ('uploading', 'processing', 'completed', 'expired')),
  next_part_number integer not null default 1,
  -- The last staged row that the sync has gone through, the number of these rows, and what became of them.
  synced_part integer not null default 0,
  synced_position integer not null default 0,
  synced_count integer not null default 0,
  skipped_count integer not null default 0,
  deleted_count integer not null default 0,
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  primary key (workspace_id, id),
  foreign key (workspace_id, connector_id) references ecommerce_connectors on delete cascade
);
create unique index ecommerce_uploads_running on ecommerce_uploads (workspace_id, connector_id)
  where state in ('uploading', 'processing');
create index ecommerce_uploads_by_connector on ecommerce_uploads (workspace_id, connector_id, id);
create index ecommerce_uploads_open on ecommerce_uploads (updated_at) where state = 'uploading';

-- The rows of a file while it is received, and until the sync has ended. A file that was refused leaves rows that no part has.
create table ecommerce_staged_products (
  workspace_id text collate "C" not null references workspaces on delete cascade,
  file_id uuid not null,
  position integer not null,
  -- JSON as it was received.
  product text not null,
  created_at timestamptz not null default now(),
  primary key (workspace_id, file_id, position)
);
create index ecommerce_staged_products_by_age on ecommerce_staged_products (created_at);

create table ecommerce_parts (
  workspace_id text collate "C" not null,
  upload_id bigint not null,
  part_number integer not null,
  file_id uuid not null,
  primary key (workspace_id, upload_id, part_number),
  foreign key (workspace_id, upload_id) references ecommerce_uploads on delete cascade
);
create index ecommerce_parts_by_file on ecommerce_parts (workspace_id, file_id);

create table ecommerce_products (
  workspace_id text collate "C" not null,
  id bigint generated always as identity,
  connector_id bigint not null,
  -- The shop's own id.
  product_id text collate "C" not null,
  product jsonb not null,
  -- The last upload that had it.
  upload_id bigint not null,
  created_at timestamptz(3) not null,
  -- When something of it has changed.
  updated_at timestamptz(3) not null,
  primary key (workspace_id, id),
  foreign key (workspace_id, connector_id) references ecommerce_connectors on delete cascade,
  unique (workspace_id, connector_id, product_id)
);
create index ecommerce_products_by_upload on ecommerce_products (workspace_id, connector_id, upload_id);
