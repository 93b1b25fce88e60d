// Checks the values that a request gives to a conversation. They are stored by the ids of attributes and options.
import { invalid } from '#http/errors.ts'
import { MAX_FILES } from '#resources/attachments/attribute-files.ts'
import type { AttributeDefinition } from '#search/attributes.ts'
import { shown } from '#search/values.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { type AttributeRow, type DataType, listAttributes } from './queries.ts'
import { readValue } from './read-value.ts'

/** A value as it is stored; null clears it. A value of `files` is what the request gave, still to be attached. */
export type CheckedValue = { attribute: AttributeRow; value: unknown }

/** @throws a 400 that names the first wrong attribute. */
export async function readValues(workspace: Workspace, given: Record<string, unknown>): Promise<CheckedValue[]> {
  const entries = Object.entries(given)
  if (!entries.length) return []
  const attributes = new Map((await listAttributes(workspace)).map((one) => [one.name, one]))
  return entries.map(([name, value]) => {
    const attribute = attributes.get(name)
    if (!attribute) throw invalid(`Custom attribute '${shown(name)}' does not exist`)
    return { attribute, value: value === null ? null : readOne(attribute, value) }
  })
}

function readOne({ name, data_type, multiline, options }: AttributeRow, value: unknown): unknown {
  const shown_name = `Custom attribute '${name}'`
  if (data_type === 'relationship') throw invalid(`${shown_name} cannot have a value: there are no custom objects`)
  return readValue({ shown_name, data_type, multiline, options: options ?? [], max_files: MAX_FILES }, value)
}

/** Returns a stored value as a part shows it; null if there is none. */
export function textOf({ data_type, options }: AttributeRow, stored: unknown): string | null {
  if (stored === undefined || stored === null) return null
  if (data_type === 'list') return options?.find(({ id }) => id === stored)?.label ?? null
  if (data_type === 'files') return (stored as { name: string }[]).map(({ name }) => name).join(', ')
  return String(stored)
}

/** The types whose values a search can compare. */
const SEARCHABLE: readonly DataType[] = ['string', 'integer', 'list', 'decimal', 'boolean', 'datetime']

/** Returns the live attributes as fields of a search. */
export const searchDefinitions = async (workspace: Workspace): Promise<AttributeDefinition[]> =>
  (await listAttributes(workspace))
    .filter(({ data_type }) => SEARCHABLE.includes(data_type))
    .map(({ id, name, data_type, options, multiline }) => ({
      ...{ name, key: id, data_type },
      ...(options && { choices: options }),
      ...(multiline && { is_long: true }),
    }))
