// Creates an instance of a custom object, or changes the one with the same external id.
import { found, invalid, missing } from '#http/errors.ts'
import { fromEpoch } from '#http/types.ts'
import { readValue } from '#resources/conversation-attributes/read-value.ts'
import { shown } from '#search/values.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { findInstance, type InstanceRow, upsertInstance } from './queries.ts'
import { setReferences, splitReferences } from './references/set.ts'
import type { InstanceRequest } from './schema.ts'
import type { TypeAttribute, TypeRow } from './types/queries.ts'

/** @throws a 400 for an unknown attribute or a wrong value, a 422 for an unknown instance in a relation */
export async function saveInstance(
  workspace: Workspace,
  type: TypeRow,
  request: InstanceRequest,
): Promise<InstanceRow> {
  if (!request.external_id.trim()) throw missing('external_id is required')
  const given = request.custom_attributes ?? {}
  const { attributes, references } = await splitReferences(workspace, 'instance', given, type.id)
  const id = await upsertInstance(workspace, type, {
    external_id: request.external_id,
    external_created_at: timeOf(request.external_created_at),
    external_updated_at: timeOf(request.external_updated_at),
    custom_attributes: readAttributes(type, attributes),
  })
  await setReferences(workspace, 'instance', id, references)
  return found(await findInstance(workspace, type, id))
}

const timeOf = (given: number | null | undefined) => (typeof given === 'number' ? fromEpoch(given) : given)

const readAttributes = ({ attributes }: TypeRow, given: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(given).map(([name, value]) => {
      const attribute = attributes.find((one) => one.name === name)
      if (!attribute) throw invalid(`Custom attribute '${shown(name)}' does not exist`)
      return [name, value === null ? null : readOne(attribute, value)]
    }),
  )

/** An option is stored by its text. */
const readOne = ({ name, data_type, options = [] }: TypeAttribute, value: unknown): unknown =>
  readValue(
    {
      ...{ shown_name: `Custom attribute '${name}'`, data_type, multiline: true, max_files: 0 },
      options: options.map((label) => ({ id: label, label, archived: false })),
    },
    value,
  )
