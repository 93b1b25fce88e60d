-- Users of WhatsApp whose phone number Meta may withhold: a business-scoped user id says who they are.

create table whatsapp_users (
  workspace_id text collate "C" not null references workspaces on delete cascade,
  user_id text collate "C" not null,
  contact_id text collate "C" not null,
  -- Meta's id of the number to which the user wrote last. User ids of another business are others for the same people.
  phone_number_id text collate "C" not null,
  username text,
  updated_at timestamptz(3) not null,
  primary key (workspace_id, user_id)
);
create index whatsapp_users_by_contact on whatsapp_users (workspace_id, contact_id, updated_at desc);
