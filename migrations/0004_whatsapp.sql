-- When the contact last wrote on WhatsApp: for a day after that an answer may be free text, later only a template.
alter table contacts add column last_whatsapp_at timestamptz(3);

-- Attachments of the first message of a conversation, in the same form as those of parts: such as media to fetch.
alter table messages add column metadata jsonb not null default '{}';
