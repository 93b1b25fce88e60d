-- What a search reads instead of the rows of conversations: as for contacts.

create table conversation_values (
  workspace_id text collate "C" not null,
  field text collate "C" not null,
  id bigint not null,
  number_value double precision,
  text_value text collate "C"
) with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.02);
create index conversation_values_by_number on conversation_values (workspace_id, field, number_value, id)
  where number_value is not null;
create index conversation_values_by_text on conversation_values (workspace_id, field, text_value, id)
  where text_value is not null;

create table conversation_texts (
  workspace_id text collate "C" not null,
  id bigint not null,
  title text collate "C",
  subject text collate "C" not null,
  -- The words of the body, as a search for a word compares them.
  words text[] collate "C" not null,
  primary key (workspace_id, id)
) with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.02);
create index conversation_texts_by_title on conversation_texts (workspace_id, title, id);
create index conversation_texts_by_subject on conversation_texts (workspace_id, subject, id);
-- As contact_texts_trigrams, these do not begin with workspace_id.
create index conversation_texts_trigrams on conversation_texts using gin (subject gin_trgm_ops, title gin_trgm_ops)
  with (gin_pending_list_limit = 512);
create index conversation_texts_words on conversation_texts using gin (words) with (gin_pending_list_limit = 512);

-- The words of a text or of HTML, each once, in lower case: without markup, split at spaces and punctuation, and at
-- apostrophes outside of words. A longer word is cut, because an index cannot hold it.
create function search_words(html text) returns text[] language sql immutable parallel safe as $$
  select coalesce(array_agg(distinct left(word, 200)), '{}')
  from regexp_split_to_table(
    lower(btrim(regexp_replace(html, '<[^<>]*>|&#?[[:alnum:]]+;', ' ', 'g'))),
    '(?:[''\u2019]*[\s!-&(-/:-@[-^`{-~\u00a0-\u00bf\u2010-\u2018\u201a-\u206f\u3000-\u303f])+[''\u2019]*|^[''\u2019]+|[''\u2019]+$'
  ) word
$$;

create function conversation_search_values(
  custom_attributes jsonb, author_id text, url text, last_closed_by_id bigint, source_id bigint, state text, priority text,
  admin_assignee_id bigint, team_assignee_id bigint
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
  select * from (
    values
      ('.author_id', null, author_id),
      ('.url', null, left(url, 255)),
      ('.last_closed_by_id', last_closed_by_id, null),
      ('.source_id', source_id, null),
      ('.state', null, state),
      ('.priority', null, priority),
      -- No assignee is 0, as in searches.
      ('.admin_assignee_id', coalesce(admin_assignee_id, 0), null),
      ('.team_assignee_id', coalesce(team_assignee_id, 0), null)
  ) standard (field, number_value, text_value)
  where number_value is not null or text_value is not null
$$;

create function conversations_inserted() returns trigger language plpgsql as $$
begin
  insert into conversation_texts (workspace_id, id, title, subject, words)
  select workspace_id, id, lower(title), lower(subject), search_words(body) from added;

  insert into conversation_values (workspace_id, field, id, number_value, text_value)
  select workspace_id, value.field, id, value.number_value, value.text_value
  from added, conversation_search_values(custom_attributes, author_id, url, last_closed_by_id, source_id, state,
    priority, admin_assignee_id, team_assignee_id) value;

  insert into object_counts (workspace_id, noun, live, changes)
  select workspace_id, 'conversation', count(*), 1 from added group by workspace_id;
  return null;
end $$;

create function conversations_deleted() returns trigger language plpgsql as $$
begin
  delete from conversation_texts using removed
  where conversation_texts.workspace_id = removed.workspace_id and conversation_texts.id = removed.id;

  delete from conversation_values using removed,
    conversation_search_values(custom_attributes, author_id, url, last_closed_by_id, source_id, state,
    priority, admin_assignee_id, team_assignee_id) value
  where conversation_values.workspace_id = removed.workspace_id and conversation_values.id = removed.id
    and conversation_values.field = value.field and conversation_values.number_value = value.number_value;

  delete from conversation_values using removed,
    conversation_search_values(custom_attributes, author_id, url, last_closed_by_id, source_id, state,
    priority, admin_assignee_id, team_assignee_id) value
  where conversation_values.workspace_id = removed.workspace_id and conversation_values.id = removed.id
    and conversation_values.field = value.field and conversation_values.text_value = value.text_value;

  insert into object_counts (workspace_id, noun, live, changes)
  select workspace_id, 'conversation', -count(*), 1
  from removed where exists (select from workspaces where workspaces.id = workspace_id) group by workspace_id;
  return null;
end $$;

create function conversation_texts_changed() returns trigger language plpgsql as $$
begin
  update conversation_texts
  set title = lower(new.title), subject = lower(new.subject), words = search_words(new.body)
  where workspace_id = new.workspace_id and id = new.id;
  return null;
end $$;

create function conversation_values_changed() returns trigger language plpgsql as $$
begin
  with before as (
    select * from conversation_search_values(old.custom_attributes, old.author_id, old.url, old.last_closed_by_id, old.source_id,
      old.state, old.priority, old.admin_assignee_id, old.team_assignee_id)
  ), after as (
    select * from conversation_search_values(new.custom_attributes, new.author_id, new.url, new.last_closed_by_id, new.source_id,
      new.state, new.priority, new.admin_assignee_id, new.team_assignee_id)
  ), gone as (
    select * from before except select * from after
  ), gone_numbers as (
    delete from conversation_values using gone
    where workspace_id = old.workspace_id and conversation_values.field = gone.field
      and conversation_values.number_value = gone.number_value and id = old.id
  ), gone_texts as (
    delete from conversation_values using gone
    where workspace_id = old.workspace_id and conversation_values.field = gone.field
      and conversation_values.text_value = gone.text_value and id = old.id
  )
  insert into conversation_values (workspace_id, field, id, number_value, text_value)
  select new.workspace_id, field, new.id, number_value, text_value from (
    select * from after except select * from before
  ) come;
  return null;
end $$;

-- Every column of a conversation can be searched, and every reply changes some: each update counts as a change.
create function conversations_changed() returns trigger language plpgsql as $$
begin
  insert into object_counts (workspace_id, noun, live, changes)
  select workspace_id, 'conversation', 0, 1 from changed group by workspace_id;
  return null;
end $$;

create trigger conversations_inserted after insert on conversations
  referencing new table as added for each statement execute function conversations_inserted();
create trigger conversations_deleted after delete on conversations
  referencing old table as removed for each statement execute function conversations_deleted();
create trigger conversations_changed after update on conversations
  referencing new table as changed for each statement execute function conversations_changed();
create trigger conversation_texts_changed after update of title, subject, body on conversations for each row when (
  (old.title, old.subject, old.body) is distinct from (new.title, new.subject, new.body)
) execute function conversation_texts_changed();
create trigger conversation_values_changed after update of
  custom_attributes, author_id, url, last_closed_by_id, source_id, state, priority, admin_assignee_id, team_assignee_id
on conversations for each row when (
  (old.custom_attributes, old.author_id, old.url, old.last_closed_by_id, old.source_id, old.state, old.priority,
    old.admin_assignee_id, old.team_assignee_id)
  is distinct from
  (new.custom_attributes, new.author_id, new.url, new.last_closed_by_id, new.source_id, new.state, new.priority,
    new.admin_assignee_id, new.team_assignee_id)
) execute function conversation_values_changed();

create function conversation_contacts_changed() returns trigger language plpgsql as $$
begin
  insert into object_counts (workspace_id, noun, live, changes)
  select workspace_id, 'conversation', 0, 1 from changed
  where exists (select from workspaces where workspaces.id = workspace_id) group by workspace_id;
  return null;
end $$;
create trigger conversation_contacts_inserted after insert on conversation_contacts
  referencing new table as changed for each statement execute function conversation_contacts_changed();
create trigger conversation_contacts_updated after update on conversation_contacts
  referencing new table as changed for each statement execute function conversation_contacts_changed();
create trigger conversation_contacts_deleted after delete on conversation_contacts
  referencing old table as changed for each statement execute function conversation_contacts_changed();

insert into conversation_texts (workspace_id, id, title, subject, words)
select workspace_id, id, lower(title), lower(subject), search_words(body) from conversations;

insert into conversation_values (workspace_id, field, id, number_value, text_value)
select workspace_id, value.field, id, value.number_value, value.text_value
from conversations, conversation_search_values(custom_attributes, author_id, url, last_closed_by_id, source_id, state,
    priority, admin_assignee_id, team_assignee_id) value;

insert into object_counts (workspace_id, noun, live, changes)
select workspace_id, 'conversation', count(*), 1 from conversations group by workspace_id;
