-- Redaction of a conversation's first message, as of its parts; and what an integration says about a part.

alter table conversations add column redacted boolean not null default false;

alter table conversation_parts
  -- How an integration delivered the part, in its own words.
  add column external_reply_send_state text,
  add column external_reply_info_message text,
  -- The admin who saw it first.
  add column seen_by bigint;

-- A redaction changes the snapshots of a conversation; only a listened topic has any.
create index events_with_snapshot on events (workspace_id, object_type, object_id) where snapshot is not null;
