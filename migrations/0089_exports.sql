-- Exports: jobs that write a file, which can be downloaded for two days. And what each report did to its contact, which the
-- export of deliveries shows.

create table export_jobs (
  workspace_id text collate "C" not null references workspaces on delete cascade,
  -- `job_identifier` on the wire.
  id text collate "C" not null,
  kind text collate "C" not null check (kind in ('content', 'reporting')),
  state text collate "C" not null default 'pending'
    check (state in ('pending', 'in_progress', 'failed', 'completed', 'no_data', 'canceled')),
  -- What is exported, with all that fixes its meaning.
  request jsonb not null,
  -- How often it was begun: again after each crash.
  runs smallint not null default 0,
  file_id bigint,
  created_at timestamptz(3) not null,
  -- By the clock of the workspace: the file can be downloaded until then.
  expires_at timestamptz(3),
  -- By the server's clock: a job removes the row and the file.
  remove_after timestamptz(3),
  primary key (workspace_id, id),
  foreign key (workspace_id, file_id) references attachments on delete set null (file_id)
);
create index export_jobs_active on export_jobs (workspace_id, kind) where state in ('pending', 'in_progress');
create index export_jobs_to_remove on export_jobs (remove_after) where remove_after is not null;
create index export_jobs_by_file on export_jobs (workspace_id, file_id) where file_id is not null;

-- What a report did to the contact; null for most.
alter table delivery_history
  add column effect text check (effect in ('hard_bounce', 'spam_complaint', 'unsubscribe'));
create index delivery_history_with_effect on delivery_history (workspace_id, delivery_id) where effect is not null;
