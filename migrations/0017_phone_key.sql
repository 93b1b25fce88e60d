-- Telephone numbers that are written in several ways: +52 1 and +52 in Mexico, +54 9 and +54 in Argentina, and Brazil's
-- mobile numbers with and without their ninth digit.

-- Returns the same text for all spellings of a number in E.164, in order to compare them. It is not a number to send to.
create function phone_key(number text) returns text language sql immutable parallel safe as $$
  select regexp_replace(number, '^\+(?:(52)1(\d{10})|(54)9(\d{10})|(55\d\d)9([6-9]\d{7}))$', '+\1\2\3\4\5\6')
$$;

create index contacts_by_phone_key on contacts (workspace_id, phone_key(formatted_phone));

-- Mexico's old spelling had no E.164 form, and national numbers had that of another country.
update contacts set formatted_phone = '+52' || right(regexp_replace(phone, '\D', '', 'g'), 10)
where formatted_phone is null and phone ~ '^[-\d\s+.()]+$' and regexp_replace(phone, '\D', '', 'g') ~ '^(00)?521\d{10}$';

update contacts set formatted_phone = null
where formatted_phone is not null
  and btrim(phone) !~ '^(\+|＋|00|12\d{9}$|1\d{3}555\d{4}$|[1-79]\d{11,14}$|8\d{12,14}$)';
