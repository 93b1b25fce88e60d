// The SQL of the types of custom objects, and of what can refer to their instances.
import { one } from '#db/sql.ts'
import type { Workspace } from '#workspaces/workspace.ts'

export const DATA_TYPES = ['string', 'integer', 'decimal', 'boolean', 'datetime', 'list'] as const

export type TypeAttribute = {
  name: string
  data_type: (typeof DATA_TYPES)[number]
  description: string
  /** The values of a list. */
  options?: string[]
}

/** `from` of instances is the identifier of their type. */
export type Relation = { from: string; attribute: string; many: boolean }

export type TypeRow = {
  id: string
  identifier: string
  name: string
  attributes: TypeAttribute[]
  relations: Relation[]
  created_at: Date
  updated_at: Date
}

const columns = ({ sql, id }: Workspace) => sql`
  types.id, identifier, types.name, attributes, (
    select coalesce(jsonb_agg(jsonb_build_object('attribute', relations.name, 'many', is_many, 'from',
      case object_type when 'instance' then owners.identifier else object_type end) order by relations.id), '[]')
    from custom_object_relations relations
    left join custom_object_types owners on owners.workspace_id = ${id} and owners.id = owner_type_id
    where relations.workspace_id = ${id} and relations.type_id = types.id
  ) as relations, types.created_at, types.updated_at`

/** A workspace has at most `MAX_TYPES`. */
export const listTypes = (workspace: Workspace) => workspace.sql<TypeRow[]>`
  select ${columns(workspace)} from custom_object_types types where workspace_id = ${workspace.id} order by types.id`

/** The letter case of the identifier matters. */
export const findType = (workspace: Workspace, identifier: string) =>
  one(workspace.sql<TypeRow[]>`
    select ${columns(workspace)} from custom_object_types types
    where workspace_id = ${workspace.id} and identifier = ${identifier}`)

/** Locks the type until the transaction ends. */
export const lockType = (workspace: Workspace, identifier: string) =>
  one(workspace.sql<TypeRow[]>`
    select ${columns(workspace)} from custom_object_types types
    where workspace_id = ${workspace.id} and identifier = ${identifier} for update`)

/** Creates and changes of types run one after the other, so that no name is used twice. */
export const lockTypes = ({ sql, id }: Workspace) =>
  sql`select pg_advisory_xact_lock(hashtextextended('custom object types ' || ${id}::text, 0))`

type NewType = Pick<TypeRow, 'identifier' | 'name' | 'attributes'>

export const insertType = ({ sql, id, now }: Workspace, { identifier, name, attributes }: NewType) =>
  one(sql<{ id: string }[]>`
    insert into custom_object_types (workspace_id, identifier, name, attributes, created_at, updated_at)
    values (${id}, ${identifier}, ${name}, ${JSON.stringify(attributes)}::text::jsonb, ${now()}, ${now()})
    returning id`) as Promise<{ id: string }>

export const updateType = ({ sql, id, now }: Workspace, type_id: string, type: Omit<NewType, 'identifier'>) => sql`
  update custom_object_types
  set name = ${type.name}, attributes = ${JSON.stringify(type.attributes)}::text::jsonb, updated_at = ${now()}
  where workspace_id = ${id} and id = ${type_id}`

/** Its instances, and the references to them, are deleted with it. */
export const deleteType = (workspace: Workspace, identifier: string) =>
  one(workspace.sql<{ id: string }[]>`
    delete from custom_object_types where workspace_id = ${workspace.id} and identifier = ${identifier} returning id`)

/** The place of an attribute: of instances it is the id of their type. */
export type NewRelation = { object_type: string; owner_type_id: string | null; name: string; is_many: boolean }

export const insertRelation = ({ sql, id }: Workspace, type_id: string, relation: NewRelation) => sql`
  insert into custom_object_relations (workspace_id, type_id, object_type, owner_type_id, name, is_many)
  values (${id}, ${type_id}, ${relation.object_type}, ${relation.owner_type_id}, ${relation.name}, ${relation.is_many})`

/** Also removes the references that have it. */
export const deleteRelation = ({ sql, id }: Workspace, type_id: string, relation: Omit<NewRelation, 'is_many'>) => sql`
  with gone as (
    delete from custom_object_relations
    where workspace_id = ${id} and type_id = ${type_id} and object_type = ${relation.object_type}
      and owner_type_id is not distinct from ${relation.owner_type_id}::bigint and name = ${relation.name}
    returning id
  )
  delete from custom_object_references
  where workspace_id = ${id} and relation in (select 'r' || gone.id from gone)`

/** Returns whether something else has an attribute of this name there. */
export async function isNameTaken(
  { sql, id }: Workspace,
  { object_type, owner_type_id, name }: Omit<NewRelation, 'is_many'>,
) {
  const [taken] = await sql<{ taken: boolean }[]>`
    select exists (
      select from custom_object_reference_attributes
      where workspace_id = ${id} and object_type = ${object_type} and name = ${name}
        and owner_type_id is not distinct from ${owner_type_id}::bigint
      union all
      select from data_attributes
      where workspace_id = ${id} and model = ${object_type} and name = ${name}
      union all
      select from conversation_attributes
      where workspace_id = ${id} and ${object_type} = 'conversation' and name = ${name} and not archived
      union all
      select from custom_object_types
      where workspace_id = ${id} and ${object_type} = 'instance' and id = ${owner_type_id}::bigint
        and attributes @> jsonb_build_array(jsonb_build_object('name', ${name}::text))
    ) as taken`
  return taken!.taken
}
