// Schemas for the API reference: plain JSON Schema, with each named schema as one component.

type Json = Record<string, unknown>

/** The components of a document so far, by name. */
export type Components = Map<string, Json>

/**
 * Returns the schema with references to named schemas, which are added to the components. Throws if two different schemas
 * have the same name.
 */
export function describeSchema(schema: object, components: Components): Json {
  const { $id, ...own } = schema as Json
  const described = describeOwn(own, components)
  if (typeof $id !== 'string') return described
  const known = components.get($id)
  if (!known) components.set($id, described)
  else if (JSON.stringify(known) !== JSON.stringify(described))
    throw new Error(`Two different schemas are named ${$id}`)
  return { $ref: `#/components/schemas/${$id}` }
}

function describeOwn(schema: Json, components: Components): Json {
  const { anyOf, items, properties, patternProperties, ...rest } = schema
  const describe = (inner: unknown) => describeSchema(inner as object, components)
  if (anyOf) return describeUnion(rest, anyOf as object[], describe)
  if (items) return { ...rest, items: describe(items) }
  if (properties) return { ...rest, properties: mapValues(properties, describe) }
  if (patternProperties) return { ...rest, additionalProperties: describe(Object.values(patternProperties)[0]) }
  return { ...rest }
}

/** Omits branches that allow anything: they only make validation lenient. The reference shows what a client should send. */
function describeUnion(rest: Json, branches: object[], describe: (inner: unknown) => Json): Json {
  const [first, ...others] = branches.filter((branch) => Object.keys(branch).length > 0)
  if (!first) return rest
  return others.length ? { ...rest, anyOf: [first, ...others].map(describe) } : { ...rest, ...describe(first) }
}

export const mapValues = <Value>(object: object, map: (value: unknown) => Value): Record<string, Value> =>
  Object.fromEntries(Object.entries(object).map(([key, value]) => [key, map(value)]))
