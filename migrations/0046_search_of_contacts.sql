-- What a search reads instead of the rows of contacts: their values and texts in narrow tables, and their number.
-- Only live contacts are in them. Triggers write them, so that no statement that changes a contact can forget it.

create extension if not exists pg_trgm;

-- A row for each value of a contact: of custom attributes by their names, of other fields by `.name`.
create table contact_values (
  workspace_id text collate "C" not null,
  field text collate "C" not null,
  id text collate "C" not null,
  -- Numbers; booleans as 0 and 1; times in Unix seconds.
  number_value double precision,
  text_value text collate "C"
) with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.02);
create index contact_values_by_number on contact_values (workspace_id, field, number_value, id)
  where number_value is not null;
create index contact_values_by_text on contact_values (workspace_id, field, text_value, id)
  where text_value is not null;

-- The texts of a contact that a search folds, in lower case. Columns, not expressions: PostgreSQL reads only columns from
-- an index alone.
create table contact_texts (
  workspace_id text collate "C" not null,
  id text collate "C" not null,
  email text collate "C",
  -- From the last character to the first, so that an end is a range.
  email_reversed text collate "C",
  name text collate "C",
  primary key (workspace_id, id)
) with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.02);
create index contact_texts_by_email on contact_texts (workspace_id, email, id);
create index contact_texts_by_email_end on contact_texts (workspace_id, email_reversed, id);
create index contact_texts_by_name on contact_texts (workspace_id, name, id);
-- The only index that does not begin with workspace_id: see docs/decisions.
create index contact_texts_trigrams on contact_texts using gin (email gin_trgm_ops, name gin_trgm_ops)
  with (gin_pending_list_limit = 512);

create index contacts_by_last_seen on contacts (workspace_id, coalesce(last_seen_at, '-infinity') desc, id desc)
  where is_live;

-- How many live objects a workspace has, and how often what a search can find was changed: the sums of these rows. Every
-- statement adds a row, so that none waits for another; housekeeping puts them together.
create table object_counts (
  workspace_id text collate "C" not null,
  noun text collate "C" not null,
  live bigint not null,
  changes bigint not null
);
create index object_counts_by_noun on object_counts (workspace_id, noun);

-- The totals of searches. One is right as long as the sum of object_counts.changes is what it was.
create unlogged table search_totals (
  workspace_id text collate "C" not null,
  noun text collate "C" not null,
  query_hash text collate "C" not null,
  changes bigint not null,
  total bigint not null,
  counted_at timestamptz not null default now(),
  primary key (workspace_id, noun, query_hash)
);

create function forget_counts() returns trigger language plpgsql as $$
begin
  delete from object_counts where workspace_id = old.id;
  delete from search_totals where workspace_id = old.id;
  return null;
end $$;
create trigger workspaces_forgotten after delete on workspaces for each row execute function forget_counts();

create function contact_search_values(
  custom_attributes jsonb, messenger jsonb, role text, phone text, formatted_phone text, language_override text,
  owner_id bigint, signed_up_at timestamptz, unsubscribed_from_emails boolean, marked_email_as_spam boolean,
  has_hard_bounced boolean
) returns table (field text, number_value double precision, text_value text)
language sql immutable parallel safe as $$
  select key,
    case jsonb_typeof(value)
      when 'number' then (value #>> '{}')::double precision
      when 'boolean' then (value::boolean)::integer
    end,
    case jsonb_typeof(value) when 'string' then left(value #>> '{}', 255) end
  from jsonb_each(custom_attributes)
  where jsonb_typeof(value) in ('number', 'boolean', 'string')
  union all
  select '.' || key,
    case jsonb_typeof(value) when 'number' then (value #>> '{}')::double precision end,
    case jsonb_typeof(value) when 'string' then left(value #>> '{}', 255) end
  from jsonb_each(messenger) where jsonb_typeof(value) in ('number', 'string')
  union all
  select '.location.' || key, null, left(lower(value), 255)
  from jsonb_each_text(case jsonb_typeof(messenger -> 'location') when 'object' then messenger -> 'location' else '{}' end)
  where value is not null
  union all
  select * from (
    values
      ('.phone', null, left(phone, 255)),
      ('.formatted_phone', null, left(formatted_phone, 255)),
      ('.language_override', null, left(language_override, 255)),
      ('.owner_id', owner_id, null),
      ('.signed_up_at', extract(epoch from signed_up_at)::double precision, null),
      -- What few contacts are.
      ('.role', null, case role when 'lead' then role end),
      ('.unsubscribed_from_emails', nullif(unsubscribed_from_emails::integer, 0), null),
      ('.marked_email_as_spam', nullif(marked_email_as_spam::integer, 0), null),
      ('.has_hard_bounced', nullif(has_hard_bounced::integer, 0), null)
  ) standard (field, number_value, text_value)
  where number_value is not null or text_value is not null
$$;

create function contacts_inserted() returns trigger language plpgsql as $$
begin
  insert into contact_texts (workspace_id, id, email, email_reversed, name)
  select workspace_id, id, lower(email), reverse(lower(email)), lower(name) from added where is_live;

  insert into contact_values (workspace_id, field, id, number_value, text_value)
  select workspace_id, value.field, id, value.number_value, value.text_value
  from added, contact_search_values(custom_attributes, messenger, role, phone, formatted_phone, language_override, owner_id,
    signed_up_at, unsubscribed_from_emails, marked_email_as_spam, has_hard_bounced) value
  where is_live;

  insert into object_counts (workspace_id, noun, live, changes)
  select workspace_id, 'contact', count(*) filter (where is_live), 1 from added group by workspace_id;
  return null;
end $$;

-- If the workspace itself was deleted, there is nothing to count.
create function contacts_deleted() returns trigger language plpgsql as $$
begin
  delete from contact_texts using removed
  where removed.is_live and contact_texts.workspace_id = removed.workspace_id and contact_texts.id = removed.id;

  delete from contact_values using removed, contact_search_values(custom_attributes, messenger, role, phone,
    formatted_phone, language_override, owner_id, signed_up_at, unsubscribed_from_emails, marked_email_as_spam,
    has_hard_bounced) value
  where removed.is_live and contact_values.workspace_id = removed.workspace_id and contact_values.id = removed.id
    and contact_values.field = value.field and contact_values.number_value = value.number_value;

  delete from contact_values using removed, contact_search_values(custom_attributes, messenger, role, phone,
    formatted_phone, language_override, owner_id, signed_up_at, unsubscribed_from_emails, marked_email_as_spam,
    has_hard_bounced) value
  where removed.is_live and contact_values.workspace_id = removed.workspace_id and contact_values.id = removed.id
    and contact_values.field = value.field and contact_values.text_value = value.text_value;

  insert into object_counts (workspace_id, noun, live, changes)
  select workspace_id, 'contact', -count(*) filter (where is_live), 1 from removed
  where exists (select from workspaces where workspaces.id = workspace_id) group by workspace_id;
  return null;
end $$;

create function contacts_changed() returns trigger language plpgsql as $$
begin
  if new.is_live then
    insert into contact_texts (workspace_id, id, email, email_reversed, name)
    values (new.workspace_id, new.id, lower(new.email), reverse(lower(new.email)), lower(new.name))
    on conflict (workspace_id, id) do update
    set email = excluded.email, email_reversed = excluded.email_reversed, name = excluded.name
    where contact_texts.email is distinct from excluded.email or contact_texts.name is distinct from excluded.name;
  else
    delete from contact_texts where workspace_id = new.workspace_id and id = new.id;
  end if;

  with before as (
    select * from contact_search_values(old.custom_attributes, old.messenger, old.role, old.phone, old.formatted_phone,
      old.language_override, old.owner_id, old.signed_up_at, old.unsubscribed_from_emails, old.marked_email_as_spam,
      old.has_hard_bounced) where old.is_live
  ), after as (
    select * from contact_search_values(new.custom_attributes, new.messenger, new.role, new.phone, new.formatted_phone,
      new.language_override, new.owner_id, new.signed_up_at, new.unsubscribed_from_emails, new.marked_email_as_spam,
      new.has_hard_bounced) where new.is_live
  ), gone as (
    select * from before except select * from after
  ), gone_numbers as (
    delete from contact_values using gone
    where workspace_id = old.workspace_id and contact_values.field = gone.field
      and contact_values.number_value = gone.number_value and id = old.id
  ), gone_texts as (
    delete from contact_values using gone
    where workspace_id = old.workspace_id and contact_values.field = gone.field
      and contact_values.text_value = gone.text_value and id = old.id
  )
  insert into contact_values (workspace_id, field, id, number_value, text_value)
  select new.workspace_id, field, new.id, number_value, text_value from (
    select * from after except select * from before
  ) come;

  insert into object_counts (workspace_id, noun, live, changes)
  values (new.workspace_id, 'contact', new.is_live::integer - old.is_live::integer, 1);
  return null;
end $$;

create trigger contacts_inserted after insert on contacts
  referencing new table as added for each statement execute function contacts_inserted();
create trigger contacts_deleted after delete on contacts
  referencing old table as removed for each statement execute function contacts_deleted();
-- Not for what changes often: updated_at, last_seen_at, last_contacted_at and others. A statement that sets none of these
-- columns does not even compare them.
create trigger contacts_changed after update of
  is_live, role, external_id, name, avatar_url, email, phone, formatted_phone, language_override, owner_id, signed_up_at,
  unsubscribed_from_emails, marked_email_as_spam, has_hard_bounced, custom_attributes, messenger
on contacts for each row when (
  (old.is_live, old.role, old.external_id, old.name, old.avatar_url, old.email, old.phone, old.formatted_phone,
    old.language_override, old.owner_id, old.signed_up_at, old.unsubscribed_from_emails, old.marked_email_as_spam,
    old.has_hard_bounced, old.custom_attributes, old.messenger)
  is distinct from
  (new.is_live, new.role, new.external_id, new.name, new.avatar_url, new.email, new.phone, new.formatted_phone,
    new.language_override, new.owner_id, new.signed_up_at, new.unsubscribed_from_emails, new.marked_email_as_spam,
    new.has_hard_bounced, new.custom_attributes, new.messenger)
) execute function contacts_changed();

-- A tag changes what a search by tag_id finds.
create function tagged_objects_changed() returns trigger language plpgsql as $$
begin
  insert into object_counts (workspace_id, noun, live, changes)
  select workspace_id, object_type, 0, 1 from changed
  where exists (select from workspaces where workspaces.id = workspace_id) group by workspace_id, object_type;
  return null;
end $$;
create trigger taggings_inserted after insert on taggings
  referencing new table as changed for each statement execute function tagged_objects_changed();
create trigger taggings_deleted after delete on taggings
  referencing old table as changed for each statement execute function tagged_objects_changed();

insert into contact_texts (workspace_id, id, email, email_reversed, name)
select workspace_id, id, lower(email), reverse(lower(email)), lower(name) from contacts where is_live;

insert into contact_values (workspace_id, field, id, number_value, text_value)
select workspace_id, value.field, id, value.number_value, value.text_value
from contacts, contact_search_values(custom_attributes, messenger, role, phone, formatted_phone, language_override, owner_id,
  signed_up_at, unsubscribed_from_emails, marked_email_as_spam, has_hard_bounced) value
where is_live;

insert into object_counts (workspace_id, noun, live, changes)
select workspace_id, 'contact', count(*), 1 from contacts where is_live group by workspace_id;
