// Reads the references among the attributes of a request, and replaces those of an object.
import { invalid, unprocessable } from '#http/errors.ts'
import { shown } from '#search/values.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { MAX_REFERENCES } from './fragments.ts'
import {
  holdInstances,
  listReferenceAttributes,
  type Named,
  type ObjectType,
  type ReferenceAttribute,
  replaceReferences,
} from './queries.ts'

/** The instances that one attribute shall refer to, and no others. */
export type GivenReferences = { relation: string; instance_ids: string[] }

type Split = { attributes: Record<string, unknown>; references: GivenReferences[] }

/**
 * Splits the attributes of a request into references and all others. `owner_type_id`: of an instance, its type.
 * @throws a 400 for a value that is no list of ids, a 422 for an unknown instance, or one that is named twice
 */
export async function splitReferences(
  workspace: Workspace,
  object_type: ObjectType,
  given: Record<string, unknown>,
  owner_type_id: string | null = null,
): Promise<Split> {
  const names = Object.keys(given)
  if (!names.length) return { attributes: given, references: [] }
  const known = await listReferenceAttributes(workspace, object_type, names, owner_type_id)
  if (!known.length) return { attributes: given, references: [] }
  const attributes = Object.fromEntries(
    Object.entries(given).filter(([name]) => !known.some((attribute) => attribute.name === name)),
  )
  const references: GivenReferences[] = []
  for (const attribute of known) references.push(await readReferences(workspace, attribute, given[attribute.name]))
  return { attributes, references }
}

/** Returns whether something has changed. */
export async function setReferences(
  workspace: Workspace,
  object_type: ObjectType,
  object_id: string,
  references: readonly GivenReferences[],
): Promise<boolean> {
  let changed = false
  for (const { relation, instance_ids } of references)
    changed = (await replaceReferences(workspace, { object_type, object_id }, relation, instance_ids)) || changed
  return changed
}

async function readReferences(
  workspace: Workspace,
  { relation, name, is_many, type_id }: ReferenceAttribute,
  value: unknown,
): Promise<GivenReferences> {
  const ids = value === null ? [] : idsOf(name, value)
  const held = ids.length ? await holdInstances(workspace, type_id, ids) : []
  const instance_ids = ids.flatMap((id) => named(held, id) ?? [])
  const is_once = new Set(instance_ids).size === ids.length
  if (!is_once || (ids.length > 1 && !is_many))
    throw unprocessable('data_invalid', 'Invalid or duplicated record reference')
  return { relation, instance_ids }
}

/** The id comes before the external id. */
const named = (instances: readonly Named[], id: string): string | undefined =>
  (instances.find((one) => one.id === id) ?? instances.find(({ external_id }) => external_id === id))?.id

const isId = (value: unknown) => (typeof value === 'string' && value !== '') || Number.isSafeInteger(value)

function idsOf(name: string, value: unknown): string[] {
  if (!Array.isArray(value) || !value.every(isId))
    throw invalid(`Custom attribute '${shown(name)}' must be a list of ids or external ids of custom objects`)
  if (value.length > MAX_REFERENCES)
    throw invalid(`Custom attribute '${shown(name)}' must have at most ${MAX_REFERENCES} custom objects`)
  return value.map(String)
}
