// The common changes of an object, each with its value and its schema together, so that the two cannot differ.
import type { AnswerChange, ObjectSchema, Wire } from './change.ts'

type Field = {
  /** The older value of the newer one. */
  value: (newer: unknown) => unknown
  /** The older schema: one of its own, or made of the newer one. */
  schema: object | ((newer: object) => object)
}

/** The older version does not have the fields: answers lose them, and requests that have them are read without. */
export const without = (...keys: string[]): AnswerChange => ({
  value: (newer) => Object.fromEntries(Object.entries(newer).filter(([key]) => !keys.includes(key))),
  schema(newer) {
    for (const key of keys) assertHas(newer, key)
    return {
      ...newer,
      properties: Object.fromEntries(Object.entries(newer.properties).filter(([key]) => !keys.includes(key))),
      ...(newer.required && { required: newer.required.filter((key) => !keys.includes(key)) }),
    }
  },
})

/** Fields that have other values in the older version. A field that is absent stays so. */
export const fields = (changed: Record<string, Field>): AnswerChange => ({
  value(newer) {
    const older = { ...newer }
    for (const [key, { value }] of Object.entries(changed)) if (older[key] !== undefined) older[key] = value(older[key])
    return older
  },
  schema(newer) {
    const properties = { ...newer.properties }
    for (const [key, { schema }] of Object.entries(changed)) {
      assertHas(newer, key)
      properties[key] = typeof schema === 'function' ? schema(newer.properties[key] as object) : schema
    }
    return { ...newer, properties }
  },
})

/** A field that only the older version has. */
export const added = (key: string, { value, schema }: { value: (newer: Wire) => unknown; schema: object }) => ({
  value: (newer: Wire) => ({ ...newer, [key]: value(newer) }),
  schema: (newer: ObjectSchema): ObjectSchema => ({
    ...newer,
    properties: { ...newer.properties, [key]: schema },
    required: [...(newer.required ?? []), key],
  }),
})

/** For a change of values that both schemas allow. */
export const unchanged = (newer: ObjectSchema): ObjectSchema => newer

function assertHas({ $id = 'The schema', properties }: Partial<ObjectSchema>, key: string) {
  if (!properties?.[key]) throw new Error(`${$id} has no property ${key}`)
}
