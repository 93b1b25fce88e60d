// Validates requests against their schemas, which are compiled at the first call. Lenient where Intercom's clients need it.

import type { FastifySchemaCompiler } from 'fastify'
import type { TSchema } from 'typebox'
import { Compile, type Validator } from 'typebox/compile'
import { Convert } from 'typebox/value'
import { isObject } from '#lib/objects.ts'

/**
 * Query strings and paths are text, so they are converted to the schema's types. Bodies are not converted, except ids:
 * `{"id": 81}` and `{"id": "81"}` are equal, and handlers always get the string.
 */
export const validatorCompiler: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  const stringifyIds = idStringifier(schema)
  let compiled: Validator | undefined
  return (value) => {
    compiled ??= Compile(schema)
    const candidate = httpPart === 'body' || compiled.Check(value) ? value : Convert(schema, value)
    if (!compiled.Check(candidate)) return { error: firstErrors(compiled, candidate) as never }
    return { value: stringifyIds ? stringifyIds(candidate) : candidate }
  }
}

/**
 * Returns the first errors of a wrong value. typebox visits every item of every array, however many errors it has found:
 * seconds for a long list. Therefore arrays are cut, and the cut becomes longer until the value is wrong.
 */
export function firstErrors(compiled: Validator, value: unknown): ReturnType<Validator['Errors']> {
  const longest = longestArray(value)
  for (let length = 100; length < longest; length *= 2) {
    const part = cut(value, length)
    if (!compiled.Check(part)) return compiled.Errors(part)
  }
  return compiled.Errors(value)
}

/** Returns the length of the longest array, at any level. */
function longestArray(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  let longest = Array.isArray(value) ? value.length : 0
  for (const inner of Object.values(value)) longest = Math.max(longest, longestArray(inner))
  return longest
}

function cut(value: unknown, length: number): unknown {
  if (Array.isArray(value)) return value.slice(0, length).map((item) => cut(item, length))
  if (!isObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, cut(inner, length)]))
}

type Rewrite = (value: unknown) => unknown
type JsonSchema = Record<string | symbol, unknown> & {
  anyOf?: TSchema[]
  properties?: Record<string, TSchema>
  items?: TSchema
}

/** Returns a function that converts numeric ids in a value of this schema to strings; undefined if it has no ids. */
function idStringifier(schema: TSchema): Rewrite | undefined {
  const { anyOf, properties, items, [Symbol.for('id')]: isId } = schema as JsonSchema
  if (isId) return (value) => (typeof value === 'number' ? String(value) : value)
  if (anyOf) return inTurn(anyOf.map(idStringifier))
  if (items) return inEach(idStringifier(items))
  if (properties) return inProperties(properties)
}

function inTurn(rewrites: (Rewrite | undefined)[]): Rewrite | undefined {
  const present = rewrites.filter((rewrite) => rewrite !== undefined)
  return present.length ? (value) => present.reduce((result, rewrite) => rewrite(result), value) : undefined
}

function inEach(rewrite: Rewrite | undefined): Rewrite | undefined {
  return rewrite && ((value) => (Array.isArray(value) ? value.map(rewrite) : value))
}

function inProperties(properties: Record<string, TSchema>): Rewrite | undefined {
  const rewrites = Object.entries(properties).flatMap(([key, property]) => {
    const rewrite = idStringifier(property)
    return rewrite ? [[key, rewrite] as const] : []
  })
  if (!rewrites.length) return undefined
  return (value) => {
    if (!isObject(value)) return value
    for (const [key, rewrite] of rewrites) if (key in value) value[key] = rewrite(value[key])
    return value
  }
}
