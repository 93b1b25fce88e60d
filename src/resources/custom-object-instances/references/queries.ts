// The SQL of references: which instances of custom objects a contact, a conversation, a ticket or an instance refers to.
import { type Fragment, rowId } from '#db/sql.ts'
import type { Workspace } from '#workspaces/workspace.ts'

export type ObjectType = 'contact' | 'conversation' | 'ticket' | 'instance'

/** An attribute that refers to instances of a type. */
export type ReferenceAttribute = { relation: string; name: string; is_many: boolean; type_id: string }

/** `owner_type_id`: of an attribute of instances, the type of these. */
export const listReferenceAttributes = (
  { sql, id }: Workspace,
  object_type: ObjectType,
  names: readonly string[],
  owner_type_id: string | null,
) => sql<ReferenceAttribute[]>`
  select relation, name, is_many, type_id from custom_object_reference_attributes
  where workspace_id = ${id} and object_type = ${object_type} and name = any(${names as string[]}::text[])
    and owner_type_id is not distinct from ${owner_type_id}::bigint`

export type Named = { id: string; external_id: string }

/** Keeps the instances until the transaction ends. Returns those with one of the ids or external ids. */
export const holdInstances = ({ sql, id }: Workspace, type_id: string, given: readonly string[]) => sql<Named[]>`
  select id, external_id from custom_object_instances
  where workspace_id = ${id} and type_id = ${type_id}
    and (id = any(${given.flatMap((one) => rowId(one) ?? [])}::bigint[]) or external_id = any(${given as string[]}::text[]))
  order by id for key share`

type Holder = { object_type: ObjectType; object_id: string }

/** Returns whether something has changed. */
export async function replaceReferences(
  { sql, id }: Workspace,
  { object_type, object_id }: Holder,
  relation: string,
  instance_ids: readonly string[],
): Promise<boolean> {
  const ids = sql`${instance_ids as string[]}::bigint[]`
  const [changed] = await sql<{ changed: boolean }[]>`
    with gone as (
      delete from custom_object_references
      where workspace_id = ${id} and object_type = ${object_type} and object_id = ${object_id}
        and relation = ${relation} and instance_id <> all(${ids})
      returning instance_id
    ), added as (
      insert into custom_object_references (workspace_id, object_type, object_id, relation, instance_id)
      select ${id}, ${object_type}, ${object_id}, ${relation}, instance_id from unnest(${ids}) given (instance_id)
      on conflict do nothing returning instance_id
    )
    select exists (select from gone) or exists (select from added) as changed`
  return changed!.changed
}

/** Gives the references of one contact to another one. An attribute for one instance keeps that of the other contact. */
export const moveReferences = ({ sql, id }: Workspace, object_type: ObjectType, from: string, into: string) => sql`
  with taken as (
    delete from custom_object_references
    where workspace_id = ${id} and object_type = ${object_type} and object_id = ${from}
    returning relation, instance_id
  )
  insert into custom_object_references (workspace_id, object_type, object_id, relation, instance_id)
  select ${id}, ${object_type}, ${into}, taken.relation, taken.instance_id
  from taken join custom_object_reference_attributes attributes
    on attributes.workspace_id = ${id} and attributes.relation = taken.relation
  where is_many or not exists (
    select from custom_object_references present
    where present.workspace_id = ${id} and present.object_type = ${object_type} and present.object_id = ${into}
      and present.relation = taken.relation)
  on conflict do nothing`

/** `object_ids` is a query of ids as text. */
export const deleteReferences = (
  { sql, id }: Workspace,
  object_types: readonly ObjectType[],
  object_ids: Fragment,
) => sql`
  delete from custom_object_references
  where workspace_id = ${id} and object_type = any(${object_types as string[]}::text[]) and object_id in (${object_ids})`

/** Returns the oldest contact and the oldest conversation of the workspace. */
export const findDemoHolders = ({ sql, id }: Workspace) => sql<Holder[]>`
  (select 'contact' as object_type, contacts.id as object_id from contacts
    where contacts.workspace_id = ${id} and is_live order by created_at, contacts.id limit 1)
  union all
  (select 'conversation', conversations.id::text from conversations
    where conversations.workspace_id = ${id} and ticket_type_id is null order by conversations.id limit 1)`
