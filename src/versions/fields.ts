// Common changes of objects. Each one changes value and schema together, so that they always agree.
import type { AnswerChange, ObjectSchema, Wire } from './change.ts'

type Field = {
  /** Returns the older value. */
  value: (newer: unknown) => unknown
  /** The older schema, or a function that returns it. */
  schema: object | ((newer: object) => object)
}

/** The older version does not have these fields: they are removed from answers and ignored in requests. */
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

/** These fields have other values in the older version. An absent field stays absent. */
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

/** Only the older version has this field. */
export const added = (key: string, { value, schema }: { value: (newer: Wire) => unknown; schema: object }) => ({
  value: (newer: Wire) => ({ ...newer, [key]: value(newer) }),
  schema: (newer: ObjectSchema): ObjectSchema => ({
    ...newer,
    properties: { ...newer.properties, [key]: schema },
    required: [...(newer.required ?? []), key],
  }),
})

/** For changes of values that the schema of both versions allows. */
export const unchanged = (newer: ObjectSchema): ObjectSchema => newer

function assertHas({ $id = 'The schema', properties }: Partial<ObjectSchema>, key: string) {
  if (!properties?.[key]) throw new Error(`${$id} has no property ${key}`)
}
