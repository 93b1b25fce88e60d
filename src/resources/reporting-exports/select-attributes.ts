// Reads the ids of datasets and attributes in a request for an export. Pure functions.
import { badRequest } from '#http/errors.ts'
import type { Attribute } from './fragments.ts'

const refuse = (message: string) => badRequest('bad_request', message)

export const qualifiedId = ({ prefix, id }: Pick<Attribute, 'prefix' | 'id'>): string => `${prefix}.${id}`

/**
 * Returns the attributes that the ids name, in their order. `with_plain`: ids without a prefix are known if only one attribute
 * has them.
 * @throws a 400 that names the ids that are not known
 */
export function selectAttributes(
  dataset_id: string,
  known: readonly Attribute[],
  ids: readonly string[],
  { with_plain }: { with_plain: boolean },
): Attribute[] {
  const found = ids.map((id) => attributeOf(dataset_id, known, id, with_plain))
  const unknown = ids.filter((_, index) => !found[index])
  if (unknown.length) throw refuse(`attribute_ids invalid for ${dataset_id} dataset: ${unknown.join(', ')}`)
  return found.flatMap((attribute) => attribute ?? [])
}

function attributeOf(dataset_id: string, known: readonly Attribute[], id: string, with_plain: boolean) {
  const exact = known.find((attribute) => qualifiedId(attribute) === id)
  if (exact) return exact
  // Intercom's example has the dataset as the prefix.
  const own = known.find((attribute) => attribute.prefix === 'standard' && `${dataset_id}.${attribute.id}` === id)
  if (own) return own
  const plain = with_plain ? known.filter((attribute) => attribute.id === id) : []
  return plain.length === 1 ? plain[0] : undefined
}

/** Returns the line of names: without their prefix, unless two would be equal. */
export function headerOf(attributes: readonly Attribute[]): string {
  const isAmbiguous = ({ id }: Attribute) => attributes.filter((other) => other.id === id).length > 1
  return attributes.map((one) => field(isAmbiguous(one) ? qualifiedId(one) : one.id)).join(',')
}

const field = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)
