-- Custom objects: the types of a workspace, their instances, and what refers to the instances.

create table custom_object_types (
  workspace_id text collate "C" not null references workspaces on delete cascade,
  id bigint generated always as identity,
  -- As in URLs and as `type` of the instances; its letter case matters.
  identifier text collate "C" not null,
  name text not null,
  -- A list of `{ name, data_type, description, options }`.
  attributes jsonb not null,
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  primary key (workspace_id, id),
  unique (workspace_id, identifier)
);

-- What can refer to the instances of a type, and the name of the attribute with which it does so.
create table custom_object_relations (
  workspace_id text collate "C" not null,
  id bigint generated always as identity,
  type_id bigint not null,
  object_type text collate "C" not null check (object_type in ('contact', 'conversation', 'ticket', 'instance')),
  -- The type of the instances that refer to others.
  owner_type_id bigint,
  name text not null,
  is_many boolean not null,
  primary key (workspace_id, id),
  foreign key (workspace_id, type_id) references custom_object_types on delete cascade,
  foreign key (workspace_id, owner_type_id) references custom_object_types on delete cascade,
  check ((object_type = 'instance') = (owner_type_id is not null)),
  unique nulls not distinct (workspace_id, object_type, owner_type_id, name)
);
create index custom_object_relations_by_type on custom_object_relations (workspace_id, type_id, id);
create index custom_object_relations_by_owner
  on custom_object_relations (workspace_id, owner_type_id) where owner_type_id is not null;

create table custom_object_instances (
  workspace_id text collate "C" not null,
  id bigint generated always as identity,
  type_id bigint not null,
  external_id text collate "C" not null,
  external_created_at timestamptz(3),
  external_updated_at timestamptz(3),
  -- By the names of the type's attributes.
  custom_attributes jsonb not null,
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  primary key (workspace_id, id),
  foreign key (workspace_id, type_id) references custom_object_types on delete cascade,
  unique (workspace_id, type_id, external_id)
);
create index custom_object_instances_by_type on custom_object_instances (workspace_id, type_id, id);

create table custom_object_references (
  workspace_id text collate "C" not null,
  object_type text collate "C" not null,
  object_id text collate "C" not null,
  -- The id of the relation, with an `r` before it; or that of a conversation attribute, which is a relationship.
  relation text collate "C" not null,
  instance_id bigint not null,
  primary key (workspace_id, object_type, object_id, relation, instance_id),
  foreign key (workspace_id, instance_id) references custom_object_instances on delete cascade
);
create index custom_object_references_by_instance on custom_object_references (workspace_id, instance_id);
create index custom_object_references_by_relation on custom_object_references (workspace_id, relation);

-- All attributes that can refer to instances: the relations of types, and the relationships of conversations.
create view custom_object_reference_attributes as
  select workspace_id, 'r' || id as relation, object_type, owner_type_id, name, is_many, type_id
  from custom_object_relations
  union all
  select attributes.workspace_id, attributes.id::text, 'conversation', null, attributes.name,
    attributes.reference ->> 'type' = 'many', types.id
  from conversation_attributes attributes
  join custom_object_types types
    on types.workspace_id = attributes.workspace_id and types.identifier = attributes.reference ->> 'object_type_id'
  where attributes.data_type = 'relationship' and not attributes.archived;

-- An instance that is deleted refers to no others any more.
create function delete_references_of_instance() returns trigger language plpgsql as $$
begin
  delete from custom_object_references
  where workspace_id = old.workspace_id and object_type = 'instance' and object_id = old.id::text;
  return null;
end $$;
create trigger custom_object_instances_deleted after delete on custom_object_instances
  for each row execute function delete_references_of_instance();
