-- Attached files are in the storage (disk or S3) under a key; before, their bytes were in `data`.

alter table attachments alter column data drop not null;
alter table attachments
  add column size integer,
  add column sha256 bytea,
  add column key text collate "C",
  -- The URL to fetch the file from; without a key it has not been fetched yet.
  add column source_url text,
  -- When to try that, or null: it is fetched, or given up.
  add column fetch_due_at timestamptz(3),
  add column fetch_attempts integer not null default 0;
update attachments set size = octet_length(data), sha256 = sha256(data);
alter table attachments add constraint attachments_are_somewhere
  check (data is not null or key is not null or source_url is not null);
create index attachments_to_fetch on attachments (workspace_id, fetch_due_at) where fetch_due_at is not null;

-- Files in the storage that no row refers to: about to be referred to, or to be removed. They belong to
-- the server, because they outlive their workspace; their keys start with it.
create table unclaimed_files (
  key text collate "C" primary key,
  remove_after timestamptz(3) not null
);
create index unclaimed_files_by_time on unclaimed_files (remove_after);

-- However an attachment is deleted (alone, with a sandbox reset, with its workspace), its file is removed after it.
create function unclaim_files() returns trigger language plpgsql as $$
begin
  insert into unclaimed_files (key, remove_after) select key, now() from gone where key is not null;
  return null;
end $$;
create trigger attachments_unclaim_files after delete on attachments
  referencing old table as gone for each statement execute function unclaim_files();

-- Links used to be stored, and never expired. Now the file's id is stored, and each link is created when it is shown.
update conversation_parts parts set attachments = (
  select jsonb_agg(
    case when files.id is null then kept
    else kept - 'url' || jsonb_build_object('file_id', files.id::text) end order by place)
  from jsonb_array_elements(parts.attachments) with ordinality as one (kept, place)
  left join attachments files on files.workspace_id = parts.workspace_id
    and kept ->> 'url' like '%/attachments/' ||
      encode(convert_to(files.workspace_id || '.' || files.id, 'UTF8'), 'hex') || '-%')
where attachments::text like '%/attachments/%';
