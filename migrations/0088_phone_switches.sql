-- Links in SMS with which callers go on in the messenger. The first conversation that the contact then starts comes from it.

create table phone_switches (
  workspace_id text collate "C" not null references workspaces on delete cascade,
  id uuid not null,
  contact_id text not null,
  created_at timestamptz(3) not null,
  -- When the conversation was started.
  used_at timestamptz(3),
  primary key (workspace_id, id)
);
create index phone_switches_by_id on phone_switches (id);
create index phone_switches_open on phone_switches (workspace_id, contact_id) where used_at is null;
