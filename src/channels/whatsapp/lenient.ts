// Reads JSON from others by a schema as far as possible: one member of a wrong type does not make the rest unreadable.
import type { Static, TSchema } from 'typebox'
import { Check } from 'typebox/value'
import { isObject } from '#lib/objects.ts'

/** The keywords of a schema that are read here. */
type Keywords = {
  type?: string
  properties?: Record<string, TSchema>
  items?: TSchema
  maxItems?: number
  maxLength?: number
}

/**
 * Returns the value without what does not fit: optional members, items of arrays, and unknown members. Numbers become
 * texts and texts numbers where the schema wants them; long texts are cut. Returns undefined if a required value does not
 * fit.
 */
export function lenient<S extends TSchema>(schema: S, value: unknown): Static<S> | undefined {
  const fitted = fit(schema, value)
  return Check(schema, fitted) ? (fitted as Static<S>) : undefined
}

function fit(schema: TSchema, value: unknown): unknown {
  const { type, properties, items, maxItems, maxLength } = schema as Keywords
  if (type === 'object') return isObject(value) ? fitMembers(properties ?? {}, value) : undefined
  if (type === 'array') {
    if (!Array.isArray(value) || !items) return undefined
    return value.slice(0, maxItems).flatMap((item) => lenient(items, item) ?? [])
  }
  if (type === 'string') {
    const text = typeof value === 'number' ? String(value) : value
    return typeof text === 'string' ? text.slice(0, maxLength) : undefined
  }
  return type === 'number' && typeof value === 'string' && value.trim() ? Number(value) : value
}

function fitMembers(properties: Record<string, TSchema>, value: Record<string, unknown>): Record<string, unknown> {
  const members = Object.entries(properties).flatMap(([key, schema]) => {
    const read = Object.hasOwn(value, key) ? lenient(schema, value[key]) : undefined
    return read === undefined ? [] : [[key, read] as const]
  })
  return Object.fromEntries(members)
}
