-- Anonymous people at a messenger, until they write, sign in or are converted.

create table visitors (
  workspace_id text collate "C" not null references workspaces on delete cascade,
  -- The id of the contact that the visitor becomes.
  id text collate "C" not null,
  -- What the messenger calls `visitor_id`.
  user_id text collate "C" not null,
  name text,
  custom_attributes jsonb not null default '{}',
  -- By their names in the API: referrer, utm_*.
  reported jsonb not null default '{}',
  session_count integer not null default 1,
  last_request_at timestamptz(3) not null,
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  primary key (workspace_id, id)
);
create unique index visitors_by_user_id on visitors (workspace_id, user_id);
create index visitors_to_expire on visitors (last_request_at);
