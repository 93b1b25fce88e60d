-- A mail whose charset is in doubt is in a conversation, and its raw content is kept so that it can be read again.

alter table inbound_messages drop constraint inbound_messages_state_check;
alter table inbound_messages add constraint inbound_messages_state_check
  check (state in ('left_out', 'taken', 'doubtful'));
