// The SQL of data attributes: the custom attributes that a workspace defines for contacts and companies.
import { one, rowId } from '#db/sql.ts'
import type { Workspace } from '#workspaces/workspace.ts'

export type Model = 'contact' | 'company'
export type DataType = 'string' | 'integer' | 'float' | 'boolean' | 'date' | 'datetime'

export type DataAttributeRow = {
  id: string
  model: Model
  name: string
  label: string
  description: string
  data_type: DataType
  /** The allowed values; null allows all. */
  options: string[] | null
  messenger_writable: boolean
  archived: boolean
  admin_id: string | null
  created_at: Date
  updated_at: Date
}

const columns = ({ sql }: Workspace) => sql`
  id, model, name, label, description, data_type, options, messenger_writable, archived, admin_id,
  created_at, updated_at`

export const listDataAttributes = (workspace: Workspace, models: readonly Model[]) =>
  workspace.sql<DataAttributeRow[]>`
    select ${columns(workspace)} from data_attributes
    where workspace_id = ${workspace.id} and model = any(${models}::text[]) order by id`

export type Definition = Pick<DataAttributeRow, 'name' | 'data_type' | 'options' | 'messenger_writable'>

/** Returns the definitions that can be set and searched: archived ones are left out. */
export const listDefinitions = (workspace: Workspace, model: Model) => workspace.sql<Definition[]>`
  select name, data_type, options, messenger_writable from data_attributes
  where workspace_id = ${workspace.id} and model = ${model} and not archived order by id`

export const findDataAttribute = (workspace: Workspace, id: string) =>
  one(workspace.sql<DataAttributeRow[]>`
    select ${columns(workspace)} from data_attributes where workspace_id = ${workspace.id} and id = ${rowId(id)}`)

export const findDataAttributeByName = (workspace: Workspace, name: string) =>
  one(workspace.sql<DataAttributeRow[]>`
    select ${columns(workspace)} from data_attributes where workspace_id = ${workspace.id} and name = ${name}`)

export type NewDataAttribute = Pick<
  DataAttributeRow,
  'model' | 'name' | 'description' | 'data_type' | 'options' | 'messenger_writable'
>

/** Returns undefined if an attribute of any model has the name. */
export function insertDataAttribute(workspace: Workspace, attribute: NewDataAttribute) {
  const now = workspace.now()
  const row = {
    workspace_id: workspace.id,
    ...attribute,
    label: attribute.name,
    admin_id: workspace.admin_id,
    created_at: now,
    updated_at: now,
  }
  return one(workspace.sql<DataAttributeRow[]>`
    insert into data_attributes ${workspace.sql(row)}
    on conflict (workspace_id, name) do nothing returning ${columns(workspace)}`)
}

export type DataAttributeChanges = Partial<
  Pick<DataAttributeRow, 'description' | 'options' | 'messenger_writable' | 'archived'>
>

export const updateDataAttribute = (workspace: Workspace, id: string, changes: DataAttributeChanges) =>
  one(workspace.sql<DataAttributeRow[]>`
    update data_attributes set ${workspace.sql({ ...changes, updated_at: workspace.now() })}
    where workspace_id = ${workspace.id} and id = ${rowId(id)} returning ${columns(workspace)}`)
