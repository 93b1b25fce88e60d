-- A redaction changes the notifications of a conversation, also those that were sent.

create index webhook_notifications_of_an_object on webhook_notifications (workspace_id, object_type, object_id);
