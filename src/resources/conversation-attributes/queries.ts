// The SQL of conversation attributes: what a workspace stores about its conversations.
import { one, rowId } from '#db/sql.ts'
import type { Workspace } from '#workspaces/workspace.ts'

export const DATA_TYPES = [
  'string',
  'integer',
  'list',
  'decimal',
  'boolean',
  'datetime',
  'relationship',
  'files',
] as const
export type DataType = (typeof DATA_TYPES)[number]

/** `id` is a UUID; conversations store it, so that the label can change. */
export type Option = { id: string; label: string; archived: boolean }

export type Reference = { type: 'one' | 'many'; object_type_id?: string }

export type AttributeRow = {
  id: string
  name: string
  description: string
  data_type: DataType
  multiline: boolean
  required: boolean
  visible_to_team_ids: string[]
  /** Of a list, in their order. */
  options: Option[] | null
  /** Of a relationship. */
  reference: Reference | null
  archived: boolean
  admin_id: string | null
  created_at: Date
  updated_at: Date
}

const columns = ({ sql }: Workspace) => sql`
  id, name, description, data_type, multiline, required, visible_to_team_ids, options, reference, archived, admin_id,
  created_at, updated_at`

export const listAttributes = (workspace: Workspace, { with_archived = false } = {}) => workspace.sql<AttributeRow[]>`
  select ${columns(workspace)} from conversation_attributes
  where workspace_id = ${workspace.id} and (${with_archived} or not archived) order by id`

export const findAttribute = (workspace: Workspace, id: string) =>
  one(workspace.sql<AttributeRow[]>`
    select ${columns(workspace)} from conversation_attributes
    where workspace_id = ${workspace.id} and id = ${rowId(id)}`)

/** Locks the attribute until the transaction ends, so that the second of two concurrent changes sees the first. */
export const lockAttribute = (workspace: Workspace, id: string) =>
  one(workspace.sql<AttributeRow[]>`
    select ${columns(workspace)} from conversation_attributes
    where workspace_id = ${workspace.id} and id = ${rowId(id)} for update`)

export type NewAttribute = Pick<
  AttributeRow,
  'name' | 'description' | 'data_type' | 'multiline' | 'required' | 'visible_to_team_ids' | 'options' | 'reference'
>

/** Returns undefined if a live attribute has the name. */
export const insertAttribute = (workspace: Workspace, { options, reference, ...attribute }: NewAttribute) =>
  one(workspace.sql<AttributeRow[]>`
    insert into conversation_attributes
      (workspace_id, name, description, data_type, multiline, required, visible_to_team_ids, options, reference, admin_id,
        created_at, updated_at)
    values (${workspace.id}, ${attribute.name}, ${attribute.description}, ${attribute.data_type}, ${attribute.multiline},
      ${attribute.required}, ${attribute.visible_to_team_ids}, ${options && JSON.stringify(options)}::text::jsonb,
      ${reference && JSON.stringify(reference)}::text::jsonb, ${workspace.admin_id}, ${workspace.now()},
      ${workspace.now()})
    on conflict (workspace_id, name) where not archived do nothing
    returning ${columns(workspace)}`)

/** Writes all that can change. */
export const saveAttribute = (workspace: Workspace, id: string, attribute: Omit<AttributeRow, 'id'>) =>
  one(workspace.sql<AttributeRow[]>`
    update conversation_attributes set name = ${attribute.name}, description = ${attribute.description},
      multiline = ${attribute.multiline}, required = ${attribute.required},
      visible_to_team_ids = ${attribute.visible_to_team_ids},
      options = ${attribute.options && JSON.stringify(attribute.options)}::text::jsonb,
      reference = ${attribute.reference && JSON.stringify(attribute.reference)}::text::jsonb,
      archived = ${attribute.archived}, updated_at = ${workspace.now()}
    where workspace_id = ${workspace.id} and id = ${id}
    returning ${columns(workspace)}`) as Promise<AttributeRow>

export const hasLiveName = async ({ sql, id }: Workspace, name: string): Promise<boolean> =>
  (
    await sql`
      select from conversation_attributes where workspace_id = ${id} and name = ${name} and not archived`
  ).count > 0

export const countAttributes = async ({ sql, id }: Workspace): Promise<number> => {
  const [counted] = await sql<{ count: number }[]>`
    select count(*)::int from conversation_attributes where workspace_id = ${id} and not archived`
  return counted!.count
}
