// The SQL of the attributes of ticket types.
import { one, rowId } from '#db/sql.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { attributeColumns } from './fragments.ts'

export const DATA_TYPES = ['string', 'list', 'integer', 'decimal', 'boolean', 'datetime', 'files'] as const
export type DataType = (typeof DATA_TYPES)[number]

/** `id` is a UUID; tickets store it, so that the name can change. */
export type Option = { id: string; name: string; archived: boolean }

export type AttributeRow = {
  id: string
  ticket_type_id: string
  name: string
  description: string
  data_type: DataType
  /** Of a string. */
  multiline: boolean
  /** Of files. */
  allow_multiple_values: boolean
  /** Of a list: those that are not archived in their order, then archived ones. */
  options: Option[] | null
  position: number
  required_to_create: boolean
  required_to_create_for_contacts: boolean
  visible_on_create: boolean
  visible_to_contacts: boolean
  /** The title or the description. */
  is_default: boolean
  archived: boolean
  /** Unix seconds. */
  created_at: number
  /** Unix seconds. */
  updated_at: number
}

/** What a request can set. */
export type AttributeSettings = Omit<
  AttributeRow,
  'id' | 'ticket_type_id' | 'data_type' | 'position' | 'is_default' | 'created_at' | 'updated_at'
>
export type NewAttribute = Omit<AttributeSettings, 'archived'> & Pick<AttributeRow, 'data_type'>

/**
 * Locks the attributes of all types until the transaction ends, and returns how many there are, and how many items their
 * lists have; archived ones included. Lock a type after it, not before.
 */
export async function lockAndCountAttributes({ sql, id }: Workspace): Promise<{ attributes: number; items: number }> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`ticket type attributes ${id}`}, 0))`
  const [counted] = await sql<[{ attributes: number; items: number }]>`
    select count(*)::integer as attributes, coalesce(sum(jsonb_array_length(options)), 0)::integer as items
    from ticket_type_attributes where workspace_id = ${id}`
  return counted
}

/** The type must be locked, so that the position is free. */
export const insertAttribute = (workspace: Workspace, ticket_type_id: string, attribute: NewAttribute) =>
  one(workspace.sql<AttributeRow[]>`
    insert into ticket_type_attributes
      (workspace_id, ticket_type_id, name, description, data_type, multiline, allow_multiple_values, options, position,
        required_to_create, required_to_create_for_contacts, visible_on_create, visible_to_contacts, created_at, updated_at)
    values (${workspace.id}, ${ticket_type_id}, ${attribute.name}, ${attribute.description}, ${attribute.data_type},
      ${attribute.multiline}, ${attribute.allow_multiple_values},
      ${attribute.options && JSON.stringify(attribute.options)}::text::jsonb,
      (
        select coalesce(max(position), -1) + 1 from ticket_type_attributes
        where workspace_id = ${workspace.id} and ticket_type_id = ${ticket_type_id}
      ),
      ${attribute.required_to_create}, ${attribute.required_to_create_for_contacts}, ${attribute.visible_on_create},
      ${attribute.visible_to_contacts}, ${workspace.now()}, ${workspace.now()})
    returning ${attributeColumns(workspace)}`) as Promise<AttributeRow>

/** The title and the description, which every type has. */
export const insertDefaultAttributes = (workspace: Workspace, ticket_type_id: string) => workspace.sql`
  insert into ticket_type_attributes
    (workspace_id, ticket_type_id, name, data_type, multiline, position, is_default, created_at, updated_at)
  values
    (${workspace.id}, ${ticket_type_id}, '_default_title_', 'string', false, 0, true, ${workspace.now()}, ${workspace.now()}),
    (${workspace.id}, ${ticket_type_id}, '_default_description_', 'string', true, 1, true, ${workspace.now()},
      ${workspace.now()})`

/** The type must be locked. */
export const saveAttribute = (workspace: Workspace, id: string, attribute: AttributeSettings) =>
  one(workspace.sql<AttributeRow[]>`
    update ticket_type_attributes set name = ${attribute.name}, description = ${attribute.description},
      multiline = ${attribute.multiline}, allow_multiple_values = ${attribute.allow_multiple_values},
      options = ${attribute.options && JSON.stringify(attribute.options)}::text::jsonb,
      required_to_create = ${attribute.required_to_create},
      required_to_create_for_contacts = ${attribute.required_to_create_for_contacts},
      visible_on_create = ${attribute.visible_on_create}, visible_to_contacts = ${attribute.visible_to_contacts},
      archived = ${attribute.archived}, updated_at = ${workspace.now()}
    where workspace_id = ${workspace.id} and id = ${rowId(id)}
    returning ${attributeColumns(workspace)}`) as Promise<AttributeRow>
