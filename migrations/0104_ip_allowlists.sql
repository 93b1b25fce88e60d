-- The addresses from which a workspace accepts calls of the API.

create table ip_allowlists (
  workspace_id text collate "C" not null references workspaces on delete cascade,
  enabled boolean not null,
  -- Addresses, and ranges in CIDR notation.
  ranges text[] not null,
  primary key (workspace_id)
);
