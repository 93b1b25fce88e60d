// Small schemas that all resources share, and conversions of their values.
import { type TProperties, type TSchema, Type } from 'typebox'

export const Nullable = <S extends TSchema>(schema: S) => Type.Union([schema, Type.Null()])

/** An id from a caller: a string, or a number that validator.ts has turned into one. */
export const Id = Type.Unsafe<string>({
  anyOf: [{ type: 'string', maxLength: 255 }, { type: 'integer' }],
  description: 'An id. Numbers are converted to strings.',
  [Symbol.for('id')]: true,
})

/** Unix seconds. The maximum is the year 3000, which PostgreSQL and JavaScript can both store. */
export const Epoch = Type.Integer({ minimum: 0, maximum: 32_503_680_000, description: 'Unix seconds, UTC.' })

/** A boolean that old clients send as text. */
export const Flag = Type.Boolean()

export const ById = Type.Object({ id: Type.String() })

/**
 * Names a schema that is used in several places, in snake_case. Version changes refer to the name, and it is the component
 * in the API reference. Throws if the schema already has a name.
 */
export function named<S extends TSchema>(name: string, schema: S): S {
  const { $id } = schema as { $id?: string }
  if ($id !== undefined) throw new Error(`The schema ${$id} cannot also be named ${name}`)
  return Object.assign(schema, { $id: name })
}

/** `{ type: 'list', data: […] }`: a whole list, without pages. */
export const ListOf = <S extends TSchema>(item: S) =>
  Type.Object({ type: Type.Literal('list'), data: Type.Array(item) })

/** The same properties, all optional: the body of an update. */
export const Some = <P extends TProperties>(properties: P) => Type.Partial(Type.Object(properties))

/** Returns a stored time in Unix seconds, for the wire. */
export const epoch = (time: Date): number => Math.floor(time.getTime() / 1000)
/** Returns the whole seconds from one time to another, as their Unix seconds show them; 0 if `to` is not later. */
export const secondsBetween = (from: Date, to: Date): number => Math.max(0, epoch(to) - epoch(from))

export const epochOrNull = (time: Date | null): number | null => (time ? epoch(time) : null)
/** Returns a time in Unix seconds from the wire as it is stored. */
export const fromEpoch = (seconds: number): Date => new Date(seconds * 1000)

/** The answer of an operation whose documented answer is an empty body. */
export const NOTHING = ''
