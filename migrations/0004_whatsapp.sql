-- When the contact last wrote on WhatsApp: for a day after that an answer may be free text, later only a template.
alter table contacts add column last_whatsapp_at timestamptz(3);

-- What came along with the message that began a conversation, as parts keep it: such as media that are to be fetched.
alter table messages add column metadata jsonb not null default '{}';
