-- What people send by WhatsApp lies at Meta until it is fetched by its id, through the workspace's account.

alter table attachments
  add column whatsapp_media_id text,
  -- What the last attempt to fetch it ended with, in words; of one that is given up, why.
  add column fetch_error text,
  drop constraint attachments_are_somewhere,
  add constraint attachments_are_somewhere check (
    data is not null or key is not null or source_url is not null or whatsapp_media_id is not null);
