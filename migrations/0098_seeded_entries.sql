-- What was made by seed files: which object an entry of a file is. See src/seed/.

create table seeded_entries (
  workspace_id text collate "C" not null references workspaces on delete cascade,
  -- `contact`, or `contact.tags` for a step of an entry.
  noun text not null,
  -- The entry's `key`, or its natural key; of a step also its number.
  key text not null,
  object_id text not null,
  -- Of the body as the file had it.
  fingerprint text not null,
  seeded_at timestamptz(3) not null,
  primary key (workspace_id, noun, key)
);
