// Random values that fit a schema of the OpenAPI document.
import fc from 'fast-check'
import type { Vocabulary } from './vocabulary.ts'

export type Schema = {
  type?: string
  const?: unknown
  enum?: unknown[]
  anyOf?: Schema[]
  properties?: Record<string, Schema>
  required?: string[]
  items?: Schema
  minimum?: number
  maximum?: number
  maxLength?: number
}

/** Schemas do not require these; the code does, with Intercom's messages. */
const REQUIRED_TOO = ['from', 'to', 'body', 'subject', 'model', 'data_type', 'admin_id', 'assignee_id']

const isPlain = ({ type, properties, anyOf = [] }: Schema): boolean =>
  type !== 'array' && !properties && anyOf.every(isPlain)

/** `name` is the name of the value, `within` the name of the object that contains it. */
export function valuesOf(vocabulary: Vocabulary, schema: Schema, name = '', within = ''): fc.Arbitrary<unknown> {
  const { anyOf, properties, required = [], items = {}, type, minimum = -(2 ** 40), maximum = 2 ** 40 } = schema
  const ids = vocabulary.ids[/^(object_)?id$/.test(name) ? within : name]
  if ('const' in schema) return fc.constant(schema.const)
  if (schema.enum) return fc.constantFrom(...schema.enum)
  if (ids && isPlain(schema)) return fc.constantFrom(...ids, ...ids.map(Number).filter(Number.isSafeInteger))
  if (anyOf) return fc.oneof(...anyOf.filter(saysSomething).map((one) => valuesOf(vocabulary, one, name, within)))
  if (properties) {
    const requiredKeys = [...required, ...REQUIRED_TOO.filter((key) => key in properties)]
    return fc.record(allOf(vocabulary, properties, name), { requiredKeys })
  }
  switch (type) {
    case 'array':
      return fc.array(valuesOf(vocabulary, items, name, within), { maxLength: 3 })
    case 'string':
      return textsOf(vocabulary.words[name], schema)
    case 'integer':
    case 'number':
      return fc.oneof(fc.integer({ min: 1, max: 60 }), fc.constantFrom(minimum, maximum, 1_700_000_000))
    case 'boolean':
      return fc.boolean()
    case 'null':
      return fc.constant(null)
    default:
      return fc.dictionary(fc.constantFrom('plan', 'none', 'ü', ''), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 1 })
  }
}

const saysSomething = (schema: Schema) => Object.keys(schema).length > 0

/** The properties of the object named `within`, each with its values. */
export const allOf = (vocabulary: Vocabulary, properties: Record<string, Schema>, within: string) =>
  Object.fromEntries(
    Object.entries(properties).map(([name, schema]) => [name, valuesOf(vocabulary, schema, name, within)]),
  )

function textsOf(words: string[] | undefined, { maxLength = 100 }: Schema): fc.Arbitrary<string> {
  const any = fc.string({ unit: 'grapheme', minLength: 1, maxLength: Math.min(maxLength, 40) })
  return words ? fc.oneof({ weight: 19, arbitrary: fc.constantFrom(...words) }, any) : any
}
