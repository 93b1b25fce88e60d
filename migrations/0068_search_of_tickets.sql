-- Tickets apart from conversations: side tables for their search, their own counts and indexes; and what changed in a ticket
-- with a part.

-- {ticket_state, previous_ticket_state} or {updated_attribute_data}; `notice`: the HTML that contacts get with the part.
alter table conversation_parts add column ticket_change jsonb;

alter table deleted_conversations add column is_ticket boolean not null default false;
drop index deleted_conversations_by_time;
create index deleted_conversations_by_time on deleted_conversations (workspace_id, deleted_at desc, id desc)
  where not is_ticket;

-- Lists and searches of either kind read only its rows.
drop index conversations_by_update;
drop index conversations_by_creation;
create index conversations_by_update on conversations (workspace_id, updated_at desc, id desc)
  where side_of is null and ticket_type_id is null;
create index conversations_by_creation on conversations (workspace_id, created_at desc, id desc)
  where side_of is null and ticket_type_id is null;
create index tickets_by_update on conversations (workspace_id, updated_at desc, id desc) where ticket_type_id is not null;
create index tickets_by_creation on conversations (workspace_id, created_at desc, id desc) where ticket_type_id is not null;
create index tickets_by_id on conversations (workspace_id, id) where ticket_type_id is not null;

-- As conversation_values and conversation_texts.
create table ticket_values (
  workspace_id text collate "C" not null,
  field text collate "C" not null,
  id bigint not null,
  number_value double precision,
  text_value text collate "C"
) with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.02);
create index ticket_values_by_number on ticket_values (workspace_id, field, number_value, id)
  where number_value is not null;
create index ticket_values_by_text on ticket_values (workspace_id, field, text_value, id)
  where text_value is not null;

create table ticket_texts (
  workspace_id text collate "C" not null,
  id bigint not null,
  title text collate "C",
  -- The words of the description.
  words text[] collate "C" not null,
  primary key (workspace_id, id)
) with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.02);
create index ticket_texts_by_title on ticket_texts (workspace_id, title, id);
create index ticket_texts_trigrams on ticket_texts using gin (title gin_trgm_ops) with (gin_pending_list_limit = 512);
create index ticket_texts_words on ticket_texts using gin (words) with (gin_pending_list_limit = 512);

-- The value of `_default_title_` or `_default_description_`. Each type has its own attributes of these names.
create function ticket_text(ticket_workspace text, type_id bigint, attributes jsonb, attribute_name text) returns text
language sql stable parallel safe as $$
  select attributes ->> id::text from ticket_type_attributes
  where workspace_id = ticket_workspace and ticket_type_id = type_id and name = attribute_name and not archived
$$;

create function ticket_search_values(
  attributes jsonb, ticket_type_id bigint, ticket_state_id bigint, state text,
  admin_assignee_id bigint, team_assignee_id bigint
) returns table (field text, number_value double precision, text_value text)
language sql immutable parallel safe as $$
  select key,
    case jsonb_typeof(value)
      when 'number' then (value #>> '{}')::double precision
      when 'boolean' then (value::boolean)::integer
    end,
    case jsonb_typeof(value) when 'string' then left(value #>> '{}', 255) end
  from jsonb_each(attributes)
  where jsonb_typeof(value) in ('number', 'boolean', 'string')
  union all
  values
    ('.ticket_type_id', ticket_type_id::double precision, null::text),
    ('.ticket_state_id', ticket_state_id, null),
    ('.open', (state <> 'closed')::integer, null),
    -- No assignee is 0, as in searches.
    ('.admin_assignee_id', coalesce(admin_assignee_id, 0), null),
    ('.team_assignee_id', coalesce(team_assignee_id, 0), null)
$$;

create function conversation_values_of(conversation conversations)
returns table (field text, number_value double precision, text_value text) language sql immutable parallel safe as $$
  select * from conversation_search_values(conversation.custom_attributes, conversation.author_id, conversation.url,
    conversation.last_closed_by_id, conversation.source_id, conversation.state, conversation.priority,
    conversation.admin_assignee_id, conversation.team_assignee_id)
$$;

create function ticket_values_of(ticket conversations)
returns table (field text, number_value double precision, text_value text) language sql immutable parallel safe as $$
  select * from ticket_search_values(ticket.ticket_attributes, ticket.ticket_type_id, ticket.ticket_state_id, ticket.state,
    ticket.admin_assignee_id, ticket.team_assignee_id)
$$;

create function insert_ticket_search(ticket conversations) returns void language plpgsql as $$
begin
  insert into ticket_texts (workspace_id, id, title, words) values (ticket.workspace_id, ticket.id,
    lower(ticket_text(ticket.workspace_id, ticket.ticket_type_id, ticket.ticket_attributes, '_default_title_')),
    search_words(ticket_text(ticket.workspace_id, ticket.ticket_type_id, ticket.ticket_attributes, '_default_description_')));

  insert into ticket_values (workspace_id, field, id, number_value, text_value)
  select ticket.workspace_id, field, ticket.id, number_value, text_value from ticket_values_of(ticket);
end $$;

create or replace function conversations_inserted() returns trigger language plpgsql as $$
begin
  insert into conversation_texts (workspace_id, id, title, subject, words)
  select workspace_id, id, lower(title), lower(subject), search_words(body)
  from added where side_of is null and ticket_type_id is null;

  insert into conversation_values (workspace_id, field, id, number_value, text_value)
  select workspace_id, value.field, id, value.number_value, value.text_value
  from added, conversation_search_values(custom_attributes, author_id, url, last_closed_by_id, source_id, state,
    priority, admin_assignee_id, team_assignee_id) value
  where side_of is null and ticket_type_id is null;

  insert into object_counts (workspace_id, noun, live, changes)
  select workspace_id, case when ticket_type_id is null then 'conversation' else 'ticket' end as noun, count(*), 1
  from added where side_of is null group by workspace_id, noun;

  if exists (select from added where ticket_type_id is not null) then
    perform insert_ticket_search(ticket) from added
    join conversations ticket on ticket.workspace_id = added.workspace_id and ticket.id = added.id
    where added.ticket_type_id is not null;
  end if;
  return null;
end $$;

create or replace function conversations_deleted() returns trigger language plpgsql as $$
begin
  delete from conversation_texts using removed
  where conversation_texts.workspace_id = removed.workspace_id and conversation_texts.id = removed.id;

  delete from conversation_values using removed,
    conversation_search_values(custom_attributes, author_id, url, last_closed_by_id, source_id, state,
    priority, admin_assignee_id, team_assignee_id) value
  where conversation_values.workspace_id = removed.workspace_id and conversation_values.id = removed.id
    and ticket_type_id is null
    and conversation_values.field = value.field and conversation_values.number_value = value.number_value;

  delete from conversation_values using removed,
    conversation_search_values(custom_attributes, author_id, url, last_closed_by_id, source_id, state,
    priority, admin_assignee_id, team_assignee_id) value
  where conversation_values.workspace_id = removed.workspace_id and conversation_values.id = removed.id
    and ticket_type_id is null
    and conversation_values.field = value.field and conversation_values.text_value = value.text_value;

  if exists (select from removed where ticket_type_id is not null) then
    delete from ticket_texts using removed
    where ticket_texts.workspace_id = removed.workspace_id and ticket_texts.id = removed.id;

    delete from ticket_values using removed,
      ticket_search_values(ticket_attributes, ticket_type_id, ticket_state_id, state, admin_assignee_id, team_assignee_id) value
    where ticket_values.workspace_id = removed.workspace_id and ticket_values.id = removed.id
      and ticket_type_id is not null
      and ticket_values.field = value.field and ticket_values.number_value = value.number_value;

    delete from ticket_values using removed,
      ticket_search_values(ticket_attributes, ticket_type_id, ticket_state_id, state, admin_assignee_id, team_assignee_id) value
    where ticket_values.workspace_id = removed.workspace_id and ticket_values.id = removed.id
      and ticket_type_id is not null
      and ticket_values.field = value.field and ticket_values.text_value = value.text_value;
  end if;

  insert into object_counts (workspace_id, noun, live, changes)
  select workspace_id, case when ticket_type_id is null then 'conversation' else 'ticket' end as noun, -count(*), 1
  from removed where side_of is null and exists (select from workspaces where workspaces.id = workspace_id)
  group by workspace_id, noun;
  return null;
end $$;

create or replace function conversations_changed() returns trigger language plpgsql as $$
begin
  insert into object_counts (workspace_id, noun, live, changes)
  select workspace_id, case when ticket_type_id is null then 'conversation' else 'ticket' end as noun, 0, 1
  from changed group by workspace_id, noun;
  return null;
end $$;

drop trigger conversation_values_changed on conversations;
create trigger conversation_values_changed after update of
  custom_attributes, author_id, url, last_closed_by_id, source_id, state, priority, admin_assignee_id, team_assignee_id
on conversations for each row when (
  new.side_of is null and new.ticket_type_id is null and
  (old.custom_attributes, old.author_id, old.url, old.last_closed_by_id, old.source_id, old.state, old.priority,
    old.admin_assignee_id, old.team_assignee_id)
  is distinct from
  (new.custom_attributes, new.author_id, new.url, new.last_closed_by_id, new.source_id, new.state, new.priority,
    new.admin_assignee_id, new.team_assignee_id)
) execute function conversation_values_changed();

create function ticket_values_changed() returns trigger language plpgsql as $$
begin
  with before as (
    select * from ticket_values_of(old)
  ), after as (
    select * from ticket_values_of(new)
  ), gone as (
    select * from before except select * from after
  ), gone_numbers as (
    delete from ticket_values using gone
    where workspace_id = old.workspace_id and ticket_values.field = gone.field
      and ticket_values.number_value = gone.number_value and id = old.id
  ), gone_texts as (
    delete from ticket_values using gone
    where workspace_id = old.workspace_id and ticket_values.field = gone.field
      and ticket_values.text_value = gone.text_value and id = old.id
  )
  insert into ticket_values (workspace_id, field, id, number_value, text_value)
  select new.workspace_id, field, new.id, number_value, text_value from (
    select * from after except select * from before
  ) come;
  update ticket_texts set
    title = lower(ticket_text(new.workspace_id, new.ticket_type_id, new.ticket_attributes, '_default_title_')),
    words = search_words(ticket_text(new.workspace_id, new.ticket_type_id, new.ticket_attributes, '_default_description_'))
  where workspace_id = new.workspace_id and id = new.id
    and (old.ticket_type_id, old.ticket_attributes) is distinct from (new.ticket_type_id, new.ticket_attributes);
  return null;
end $$;
create trigger ticket_values_changed after update of
  ticket_attributes, ticket_type_id, ticket_state_id, state, admin_assignee_id, team_assignee_id
on conversations for each row when (
  old.ticket_type_id is not null and
  (old.ticket_attributes, old.ticket_type_id, old.ticket_state_id, old.state, old.admin_assignee_id, old.team_assignee_id)
  is distinct from
  (new.ticket_attributes, new.ticket_type_id, new.ticket_state_id, new.state, new.admin_assignee_id, new.team_assignee_id)
) execute function ticket_values_changed();

-- A conversation became a ticket.
create function conversation_converted() returns trigger language plpgsql as $$
begin
  delete from conversation_texts where workspace_id = old.workspace_id and id = old.id;
  delete from conversation_values using conversation_values_of(old) value
  where workspace_id = old.workspace_id and conversation_values.field = value.field
    and conversation_values.number_value = value.number_value and id = old.id;
  delete from conversation_values using conversation_values_of(old) value
  where workspace_id = old.workspace_id and conversation_values.field = value.field
    and conversation_values.text_value = value.text_value and id = old.id;
  perform insert_ticket_search(new);
  insert into object_counts (workspace_id, noun, live, changes)
  values (new.workspace_id, 'conversation', -1, 1), (new.workspace_id, 'ticket', 1, 1);
  return null;
end $$;
create trigger conversation_converted after update of ticket_type_id on conversations for each row when (
  old.ticket_type_id is null and new.ticket_type_id is not null
) execute function conversation_converted();

create or replace function conversation_contacts_changed() returns trigger language plpgsql as $$
begin
  insert into object_counts (workspace_id, noun, live, changes)
  select changed.workspace_id, case when ticket_type_id is null then 'conversation' else 'ticket' end as noun, 0, 1
  from changed
  left join conversations on conversations.workspace_id = changed.workspace_id and conversations.id = conversation_id
  where exists (select from workspaces where workspaces.id = changed.workspace_id)
  group by changed.workspace_id, noun;
  return null;
end $$;
