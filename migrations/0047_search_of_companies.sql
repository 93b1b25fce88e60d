-- What a search reads instead of the rows of companies: as for contacts. Only listed companies are in them: live ones
-- with contacts.

create table company_values (
  workspace_id text collate "C" not null,
  field text collate "C" not null,
  id text collate "C" not null,
  number_value double precision,
  text_value text collate "C"
) with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.02);
create index company_values_by_number on company_values (workspace_id, field, number_value, id)
  where number_value is not null;
create index company_values_by_text on company_values (workspace_id, field, text_value, id)
  where text_value is not null;

create table company_texts (
  workspace_id text collate "C" not null,
  id text collate "C" not null,
  name text collate "C" not null,
  company_id text collate "C" not null,
  primary key (workspace_id, id)
) with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.02);
create index company_texts_by_name on company_texts (workspace_id, name, id);
create index company_texts_by_company_id on company_texts (workspace_id, company_id, id);
-- As contact_texts_trigrams, it does not begin with workspace_id.
create index company_texts_trigrams on company_texts using gin (name gin_trgm_ops, company_id gin_trgm_ops)
  with (gin_pending_list_limit = 512);

-- A search sorts by company_texts.name.
drop index companies_by_name_order;

create function company_search_values(custom_attributes jsonb)
returns table (field text, number_value double precision, text_value text)
language sql immutable parallel safe as $$
  select key,
    case jsonb_typeof(value)
      when 'number' then (value #>> '{}')::double precision
      when 'boolean' then (value::boolean)::integer
    end,
    case jsonb_typeof(value) when 'string' then left(value #>> '{}', 255) end
  from jsonb_each(custom_attributes)
  where jsonb_typeof(value) in ('number', 'boolean', 'string')
$$;

create function companies_inserted() returns trigger language plpgsql as $$
begin
  insert into company_texts (workspace_id, id, name, company_id)
  select workspace_id, id, lower(name), company_id from added where is_live and user_count > 0;

  insert into company_values (workspace_id, field, id, number_value, text_value)
  select workspace_id, value.field, id, value.number_value, value.text_value
  from added, company_search_values(custom_attributes) value where is_live and user_count > 0;

  insert into object_counts (workspace_id, noun, live, changes)
  select workspace_id, 'company', count(*) filter (where is_live and user_count > 0), 1 from added group by workspace_id;
  return null;
end $$;

create function companies_deleted() returns trigger language plpgsql as $$
begin
  delete from company_texts using removed
  where is_live and user_count > 0
    and company_texts.workspace_id = removed.workspace_id and company_texts.id = removed.id;

  delete from company_values using removed, company_search_values(custom_attributes) value
  where is_live and user_count > 0
    and company_values.workspace_id = removed.workspace_id and company_values.id = removed.id
    and company_values.field = value.field and company_values.number_value = value.number_value;

  delete from company_values using removed, company_search_values(custom_attributes) value
  where is_live and user_count > 0
    and company_values.workspace_id = removed.workspace_id and company_values.id = removed.id
    and company_values.field = value.field and company_values.text_value = value.text_value;

  insert into object_counts (workspace_id, noun, live, changes)
  select workspace_id, 'company', -count(*) filter (where is_live and user_count > 0), 1
  from removed where exists (select from workspaces where workspaces.id = workspace_id) group by workspace_id;
  return null;
end $$;

create function companies_changed() returns trigger language plpgsql as $$
declare
  was_listed boolean := old.is_live and old.user_count > 0;
  is_listed boolean := new.is_live and new.user_count > 0;
begin
  if is_listed then
    insert into company_texts (workspace_id, id, name, company_id)
    values (new.workspace_id, new.id, lower(new.name), new.company_id)
    on conflict (workspace_id, id) do update set name = excluded.name where company_texts.name <> excluded.name;
  else
    delete from company_texts where workspace_id = new.workspace_id and id = new.id;
  end if;

  if was_listed <> is_listed or old.custom_attributes <> new.custom_attributes then
    with before as (
      select * from company_search_values(old.custom_attributes) where was_listed
    ), after as (
      select * from company_search_values(new.custom_attributes) where is_listed
    ), gone as (
      select * from before except select * from after
    ), gone_numbers as (
      delete from company_values using gone
      where workspace_id = old.workspace_id and company_values.field = gone.field
        and company_values.number_value = gone.number_value and id = old.id
    ), gone_texts as (
      delete from company_values using gone
      where workspace_id = old.workspace_id and company_values.field = gone.field
        and company_values.text_value = gone.text_value and id = old.id
    )
    insert into company_values (workspace_id, field, id, number_value, text_value)
    select new.workspace_id, field, new.id, number_value, text_value from (
      select * from after except select * from before
    ) come;
  end if;

  insert into object_counts (workspace_id, noun, live, changes)
  values (new.workspace_id, 'company', is_listed::integer - was_listed::integer, 1);
  return null;
end $$;

create trigger companies_inserted after insert on companies
  referencing new table as added for each statement execute function companies_inserted();
create trigger companies_deleted after delete on companies
  referencing old table as removed for each statement execute function companies_deleted();
-- Not for updated_at, last_request_at and session_count, which change often.
create trigger companies_changed after update of
  is_live, user_count, name, plan_id, size, website, industry, monthly_spend, remote_created_at, custom_attributes
on companies for each row when (
  (old.is_live, old.user_count, old.name, old.plan_id, old.size, old.website, old.industry, old.monthly_spend,
    old.remote_created_at, old.custom_attributes)
  is distinct from
  (new.is_live, new.user_count, new.name, new.plan_id, new.size, new.website, new.industry, new.monthly_spend,
    new.remote_created_at, new.custom_attributes)
) execute function companies_changed();

insert into company_texts (workspace_id, id, name, company_id)
select workspace_id, id, lower(name), company_id from companies where is_live and user_count > 0;

insert into company_values (workspace_id, field, id, number_value, text_value)
select workspace_id, value.field, id, value.number_value, value.text_value
from companies, company_search_values(custom_attributes) value where is_live and user_count > 0;

insert into object_counts (workspace_id, noun, live, changes)
select workspace_id, 'company', count(*), 1 from companies where is_live and user_count > 0 group by workspace_id;
