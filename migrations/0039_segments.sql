-- Segments that a workspace defined. Members are not stored: who is in a segment is evaluated when it is asked. The
-- built-in segments are in the code.

create table segments (
  workspace_id text collate "C" not null references workspaces on delete cascade,
  id text collate "C" not null,
  name text not null,
  -- Of users, of leads (`contact`, the word of the API), or of companies.
  person_type text not null check (person_type in ('user', 'contact', 'company')),
  -- The API version of the query, because versions differ in the meaning of dates.
  version text not null,
  query jsonb not null,
  -- The tags that the query names, so that reads know whether they all still exist.
  tag_ids bigint[] not null default '{}',
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  primary key (workspace_id, id)
);
