// The items of a list attribute, which a request gives as one text: `Low,Medium,High`.
import { randomUUID } from 'node:crypto'
import { invalid, missing } from '#http/errors.ts'
import type { Option } from './queries.ts'

const MAX_ITEMS = 250
/** Archived ones included. */
const MAX_STORED_ITEMS = 1000
const MAX_NAME_LENGTH = 255

/**
 * Returns the items of the text, in its order. Those of `present` with the same name keep their ids; the others are
 * archived, because tickets have them. @throws a 400 that names what is wrong
 */
export function readItems(list_items: string | undefined, present: readonly Option[] = []): Option[] {
  if (list_items === undefined) throw missing('list_items is required for a list')
  const names = list_items
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean)
  if (!names.length) throw invalid('list_items must name at least one item')
  if (names.length > MAX_ITEMS) throw invalid(`list_items must not name more than ${MAX_ITEMS} items`)
  if (names.some((name) => name.length > MAX_NAME_LENGTH))
    throw invalid(`list_items must not name items of more than ${MAX_NAME_LENGTH} characters`)
  const given = new Set<string>()
  for (const name of names) {
    if (given.has(name)) throw invalid(`list_items names '${name}' twice`)
    given.add(name)
  }
  const kept = new Map(present.map((option) => [option.name, option]))
  const items = names.map((name) => ({ id: kept.get(name)?.id ?? randomUUID(), name, archived: false }))
  const others = present.filter(({ name }) => !given.has(name)).map((option) => ({ ...option, archived: true }))
  if (items.length + others.length > MAX_STORED_ITEMS)
    throw invalid(`list_items must not have more than ${MAX_STORED_ITEMS} items, archived ones included`)
  return [...items, ...others]
}
