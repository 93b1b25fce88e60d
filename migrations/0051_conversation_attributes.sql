-- The attributes of conversations have a table of their own, and values are stored by the ids of attributes and options: so
-- both can be renamed, and a new attribute can have the name of an archived one.

create table conversation_attributes (
  workspace_id text collate "C" not null references workspaces on delete cascade,
  -- Shares its numbers with data_attributes, because both are in one list before 2.16.
  id bigint not null default nextval('data_attributes_id_seq'),
  name text not null,
  description text not null default '',
  data_type text not null check (data_type in (
    'string', 'integer', 'list', 'decimal', 'boolean', 'datetime', 'relationship', 'files')),
  multiline boolean not null default false,
  required boolean not null default false,
  visible_to_team_ids bigint[] not null default '{}',
  -- Of a list: [{id, label, archived}] in their order. Archived ones stay, because conversations have them.
  options jsonb,
  -- Of a relationship: {type, object_type_id}.
  reference jsonb,
  archived boolean not null default false,
  admin_id bigint,
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  primary key (workspace_id, id)
);
create unique index conversation_attributes_by_name on conversation_attributes (workspace_id, name) where not archived;

insert into conversation_attributes
  (workspace_id, id, name, description, data_type, options, archived, admin_id, created_at, updated_at)
select workspace_id, id, name, description,
  case when options is not null then 'list' when data_type = 'float' then 'decimal' when data_type = 'date' then 'datetime'
    else data_type end,
  (select jsonb_agg(jsonb_build_object('id', gen_random_uuid(), 'label', label, 'archived', false) order by position)
    from unnest(options) with ordinality as one (label, position)),
  archived, admin_id, created_at, updated_at
from data_attributes where model = 'conversation';

update conversations set custom_attributes = (
  select coalesce(jsonb_object_agg(attributes.id, coalesce(
    (select option -> 'id' from jsonb_array_elements(attributes.options) option where option -> 'label' = given.value),
    given.value)), '{}')
  from jsonb_each(custom_attributes) as given
  join conversation_attributes attributes on attributes.workspace_id = conversations.workspace_id
    and attributes.name = given.key)
where custom_attributes <> '{}';

delete from data_attributes where model = 'conversation';
alter table data_attributes
  drop constraint data_attributes_model_check,
  add constraint data_attributes_model_check check (model in ('contact', 'company'));
