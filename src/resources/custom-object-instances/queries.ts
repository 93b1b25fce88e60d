// The SQL of the instances of custom objects.
import {
  beyond,
  cursorValue,
  inOrder,
  newestById,
  type Order,
  type Page,
  type PageResult,
  pageResult,
} from '#db/page.ts'
import { type Fragment, one, rowId } from '#db/sql.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { referencesOf } from './references/fragments.ts'
import type { TypeRow } from './types/queries.ts'

export type InstanceRow = {
  id: string
  external_id: string
  external_created_at: Date | null
  external_updated_at: Date | null
  custom_attributes: Record<string, unknown>
  /** Lists of the instances that it refers to, by the names of its attributes. */
  references: Record<string, unknown>
  created_at: Date
  updated_at: Date
}

const columns = (workspace: Workspace): Fragment => workspace.sql`
  id, external_id, external_created_at, external_updated_at, custom_attributes, created_at, updated_at,
  ${referencesOf(workspace, 'instance', workspace.sql`custom_object_instances.id::text`)} as references`

export const findInstance = (workspace: Workspace, type: TypeRow, id: string) =>
  one(workspace.sql<InstanceRow[]>`
    select ${columns(workspace)} from custom_object_instances
    where workspace_id = ${workspace.id} and type_id = ${type.id} and id = ${rowId(id)}`)

export const findByExternalId = (workspace: Workspace, type: TypeRow, external_id: string) =>
  one(workspace.sql<InstanceRow[]>`
    select ${columns(workspace)} from custom_object_instances
    where workspace_id = ${workspace.id} and type_id = ${type.id} and external_id = ${external_id}`)

/** What a list is narrowed to: an object of these types that refers to the instances. */
export type ReferredFrom = { object_types: readonly string[]; object_id: string }

/** Whether all of them refer to the instance. */
const isReferred = ({ sql, id }: Workspace, narrowings: readonly ReferredFrom[]): Fragment =>
  narrowings.reduce(
    (before, { object_types, object_id }) => sql`
      ${before} and exists (
        select from custom_object_references
        where custom_object_references.workspace_id = ${id} and instance_id = custom_object_instances.id
          and object_type = any(${object_types as string[]}::text[]) and object_id = ${object_id})`,
    sql`true`,
  )

/** Returns a page of instances, the newest first. */
export async function pageOfInstances(
  workspace: Workspace,
  type: TypeRow,
  page: Page,
  narrowings: readonly ReferredFrom[],
): Promise<PageResult<InstanceRow>> {
  const { sql, id } = workspace
  const order: Order = { ...newestById(workspace), type: 'bigint' }
  const rows = () => sql`
    from custom_object_instances
    where workspace_id = ${id} and type_id = ${type.id} and ${isReferred(workspace, narrowings)}`
  const found = await sql<(InstanceRow & { cursor_value: string })[]>`
    select ${columns(workspace)}, ${cursorValue(workspace, order)} ${rows()}
      and ${beyond(workspace, order, page)} ${inOrder(workspace, order, page)}`
  return pageResult(found, page, async () => {
    const [{ count }] = await sql<[{ count: number }]>`select count(*)::integer as count ${rows()}`
    return count
  })
}

export type GivenInstance = {
  external_id: string
  external_created_at: Date | null | undefined
  external_updated_at: Date | null | undefined
  /** Null removes a value. */
  custom_attributes: Record<string, unknown>
}

/** Of two requests at once for one external id, the second changes what the first has inserted. Returns the id. */
export async function upsertInstance(workspace: Workspace, type: TypeRow, given: GivenInstance): Promise<string> {
  const { sql, id, now } = workspace
  const { external_created_at, external_updated_at, custom_attributes } = given
  const attributes = sql`${JSON.stringify(custom_attributes)}::text::jsonb`
  const [row] = await sql<{ id: string }[]>`
    insert into custom_object_instances as present
      (workspace_id, type_id, external_id, external_created_at, external_updated_at, custom_attributes, created_at, updated_at)
    values (${id}, ${type.id}, ${given.external_id}, ${external_created_at ?? null}, ${external_updated_at ?? null},
      jsonb_strip_nulls(${attributes}), ${now()}, ${now()})
    on conflict (workspace_id, type_id, external_id) do update set
      external_created_at = ${external_created_at === undefined ? sql`present.external_created_at` : sql`excluded.external_created_at`},
      external_updated_at = ${external_updated_at === undefined ? sql`present.external_updated_at` : sql`excluded.external_updated_at`},
      custom_attributes = jsonb_strip_nulls(present.custom_attributes || ${attributes}), updated_at = ${now()}
    returning id`
  return row!.id
}

/** The references to it are deleted with it. */
export const deleteInstance = (workspace: Workspace, type: TypeRow, id: string) =>
  one(workspace.sql<{ id: string }[]>`
    delete from custom_object_instances
    where workspace_id = ${workspace.id} and type_id = ${type.id} and id = ${rowId(id)} returning id`)

export const deleteByExternalId = (workspace: Workspace, type: TypeRow, external_id: string) =>
  one(workspace.sql<{ id: string }[]>`
    delete from custom_object_instances
    where workspace_id = ${workspace.id} and type_id = ${type.id} and external_id = ${external_id} returning id`)

/** Removes the values of attributes that the type has no more. */
export const dropValues = ({ sql, id }: Workspace, type_id: string, names: readonly string[]) => sql`
  update custom_object_instances set custom_attributes = custom_attributes - ${names as string[]}::text[]
  where workspace_id = ${id} and type_id = ${type_id} and custom_attributes ?| ${names as string[]}::text[]`
