// Compiles version changes for the schema of an answer, once: the schema says which parts of an answer a change applies to.
// Other parts are not visited, and never data of the caller's own (a schema that allows anything).
import { isObject } from '#lib/objects.ts'
import type { ObjectSchema, VersionChange, Wire } from './change.ts'
import { branchChooser } from './union.ts'

export type Schema = Record<string, unknown> & { $id?: string }
type Convert = (value: unknown) => unknown

/** The older schema, and the conversion of newer values; without `convert` nothing changes. */
export type Conversion = { schema: Schema; convert?: Convert | undefined }

/**
 * Returns a compiler for one change. Its results are plain JSON Schema. It throws if the change does not fit: the schema has
 * no such property, or the branches of a union cannot be told apart.
 */
export function compileChange({ answers = {} }: VersionChange): (schema: Schema) => Conversion {
  const compiled = new WeakMap<Schema, Conversion>()

  function compile(schema: Schema): Conversion {
    const known = compiled.get(schema)
    if (known) return known
    const conversion = compileOwn(schema, compileInner(schema))
    compiled.set(schema, conversion)
    return conversion
  }

  function compileOwn({ $id }: Schema, inner: Conversion): Conversion {
    const change = $id !== undefined && Object.hasOwn(answers, $id) ? answers[$id] : undefined
    if (!change) return inner
    const { convert = (value: unknown) => value } = inner
    return {
      schema: change.schema(inner.schema as ObjectSchema),
      convert: (value) => (isObject(value) ? change.value(convert(value) as Wire) : value),
    }
  }

  function compileInner(schema: Schema): Conversion {
    assertReadable(schema)
    if (schema['anyOf']) return inUnion(schema, schema['anyOf'] as Schema[])
    if (schema['items']) return inArray(schema, schema['items'] as Schema)
    if (schema['patternProperties']) return inRecord(schema, schema['patternProperties'] as Record<string, Schema>)
    return schema['properties'] ? inObject(schema, schema['properties'] as Record<string, Schema>) : { schema }
  }

  function inObject(schema: Schema, properties: Record<string, Schema>): Conversion {
    const inner = Object.entries(properties).map(([key, property]) => [key, compile(property)] as const)
    const changed = inner.flatMap(([key, { convert }]) => (convert ? [[key, convert] as const] : []))
    if (!changed.length) return { schema }
    return {
      schema: { ...schema, properties: Object.fromEntries(inner.map(([key, { schema }]) => [key, schema])) },
      convert(value) {
        if (!isObject(value)) return value
        const copy = { ...value }
        for (const [key, convert] of changed) if (copy[key] !== undefined) copy[key] = convert(copy[key])
        return copy
      },
    }
  }

  function inArray(schema: Schema, items: Schema): Conversion {
    const inner = compile(items)
    const { convert } = inner
    if (!convert) return { schema }
    return {
      schema: { ...schema, items: inner.schema },
      convert: (value) => (Array.isArray(value) ? value.map(convert) : value),
    }
  }

  function inRecord(schema: Schema, patterns: Record<string, Schema>): Conversion {
    const [[pattern, values] = ['', {}], ...others] = Object.entries(patterns)
    const inner = compile(values)
    const { convert } = inner
    if (!convert) return { schema }
    if (others.length) throw new Error('A record in an answer has several patterns')
    return {
      schema: { ...schema, patternProperties: { [pattern]: inner.schema } },
      convert: (value) =>
        isObject(value)
          ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, convert(inner)]))
          : value,
    }
  }

  function inUnion(schema: Schema, branches: Schema[]): Conversion {
    if (!branches.some((branch) => compile(branch).convert)) return { schema }
    const flat = flatten(branches)
    const inner = flat.map(compile)
    const choose = branchChooser(flat)
    return {
      schema: { ...schema, anyOf: inner.map(({ schema }) => schema) },
      convert(value) {
        const { convert } = inner[choose(value)] ?? {}
        return convert ? convert(value) : value
      },
    }
  }

  return compile
}

/** Replaces a union within a union by its branches. */
const flatten = (branches: Schema[]): Schema[] =>
  branches.flatMap((branch) => (branch['anyOf'] ? flatten(branch['anyOf'] as Schema[]) : [branch]))

/** Keywords that this compiler does not read, so that it would miss a changed object there. */
const UNREADABLE = ['$ref', 'allOf', 'oneOf', 'prefixItems', 'if', 'dependentSchemas']

function assertReadable(schema: Schema) {
  const keyword = UNREADABLE.find((keyword) => keyword in schema)
  if (keyword) throw new Error(`The schema of an answer must not have ${keyword}: version changes cannot read it`)
}
