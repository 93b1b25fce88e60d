-- Whether the email and the phone of a contact were given by the workspace (through the API, or signed by its server)
-- or by the channel that the contact wrote on; false if a page of the messenger only said so.

alter table contacts
  add email_trusted boolean not null default true,
  add phone_trusted boolean not null default true;

-- Of several users with one email, those who used a messenger may only have said it; the first one keeps it.
update contacts set email_trusted = false
where role = 'user' and email is not null and last_seen_at is not null and exists (
  select from contacts first
  where first.workspace_id = contacts.workspace_id and lower(first.email) = lower(contacts.email)
    and first.role = 'user' and first.merged_into is null
    and (first.created_at, first.id) < (contacts.created_at, contacts.id));
