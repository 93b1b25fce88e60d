// Makes text and JSON from outside fit for the database.
import { isObject } from './objects.ts'

/** Returns the text without NUL, and with U+FFFD for each half of a character: PostgreSQL accepts neither. */
export const storable = (text: string): string => text.replaceAll('\0', '').toWellFormed()

/** Returns the JSON value with all its texts and keys made storable. */
export function storableJson(value: unknown): unknown {
  if (typeof value === 'string') return storable(value)
  if (Array.isArray(value)) return value.map(storableJson)
  if (!isObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [storable(key), storableJson(inner)]))
}
