-- Media that people send by WhatsApp are at Meta until they are fetched by their ids, with the workspace's account.

alter table attachments
  add column whatsapp_media_id text,
  -- The error of the last attempt to fetch it; for a file that is given up, the reason.
  add column fetch_error text,
  drop constraint attachments_are_somewhere,
  add constraint attachments_are_somewhere check (
    data is not null or key is not null or source_url is not null or whatsapp_media_id is not null);
