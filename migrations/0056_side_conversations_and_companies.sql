-- Side conversations: threads that teammates begin from a conversation, with other people. They are conversations for mails,
-- participants and deliveries; no list, search or count has them.

alter table conversations add column side_of bigint;
alter table conversations add foreign key (workspace_id, side_of) references conversations on delete cascade;
create index conversations_by_side on conversations (workspace_id, side_of, id) where side_of is not null;

-- As before, without side conversations.
create or replace function conversations_inserted() returns trigger language plpgsql as $$
begin
  insert into conversation_texts (workspace_id, id, title, subject, words)
  select workspace_id, id, lower(title), lower(subject), search_words(body) from added where side_of is null;

  insert into conversation_values (workspace_id, field, id, number_value, text_value)
  select workspace_id, value.field, id, value.number_value, value.text_value
  from added, conversation_search_values(custom_attributes, author_id, url, last_closed_by_id, source_id, state,
    priority, admin_assignee_id, team_assignee_id) value
  where side_of is null;

  insert into object_counts (workspace_id, noun, live, changes)
  select workspace_id, 'conversation', count(*), 1 from added where side_of is null group by workspace_id;
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
    and conversation_values.field = value.field and conversation_values.number_value = value.number_value;

  delete from conversation_values using removed,
    conversation_search_values(custom_attributes, author_id, url, last_closed_by_id, source_id, state,
    priority, admin_assignee_id, team_assignee_id) value
  where conversation_values.workspace_id = removed.workspace_id and conversation_values.id = removed.id
    and conversation_values.field = value.field and conversation_values.text_value = value.text_value;

  insert into object_counts (workspace_id, noun, live, changes)
  select workspace_id, 'conversation', -count(*), 1
  from removed where side_of is null and exists (select from workspaces where workspaces.id = workspace_id) group by workspace_id;
  return null;
end $$;

drop trigger conversation_values_changed on conversations;
create trigger conversation_values_changed after update of
  custom_attributes, author_id, url, last_closed_by_id, source_id, state, priority, admin_assignee_id, team_assignee_id
on conversations for each row when (
  new.side_of is null and
  (old.custom_attributes, old.author_id, old.url, old.last_closed_by_id, old.source_id, old.state, old.priority,
    old.admin_assignee_id, old.team_assignee_id)
  is distinct from
  (new.custom_attributes, new.author_id, new.url, new.last_closed_by_id, new.source_id, new.state, new.priority,
    new.admin_assignee_id, new.team_assignee_id)
) execute function conversation_values_changed();

-- The company that a conversation is about, which an admin sets. An archived company stays here, and is not shown.
alter table conversations add column company_id text collate "C";
alter table conversations add foreign key (workspace_id, company_id) references companies on delete set null (company_id);
create index conversations_of_companies on conversations (workspace_id, company_id) where company_id is not null;
