-- Inbound mail: the properties of a mail, and the identification of its thread.

-- For a conversation that a mail started: `{ subject, email_address_headers, message_id, history }`, as parts have too.
alter table conversations add column email_message_metadata jsonb;

-- The mails of contacts in a conversation, by Message-ID: answers to them, from us or from other recipients,
-- belong to it.
create table conversation_mails (
  workspace_id text collate "C" not null,
  message_id text collate "C" not null,
  conversation_id bigint not null,
  received_at timestamptz(3) not null,
  primary key (workspace_id, message_id),
  foreign key (workspace_id, conversation_id) references conversations on delete cascade
);
create index conversation_mails_in_order on conversation_mails (workspace_id, conversation_id, received_at, message_id);
