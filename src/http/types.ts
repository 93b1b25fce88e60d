// The small shapes that every resource's schema is made of, as they go over the wire.
import { type TProperties, type TSchema, Type } from 'typebox'

export const Nullable = <S extends TSchema>(schema: S) => Type.Union([schema, Type.Null()])

/** An id from a caller: a string, or a number that validator.ts has turned into one. */
export const Id = Type.Unsafe<string>({
  anyOf: [{ type: 'string', maxLength: 255 }, { type: 'integer' }],
  description: 'An id; numbers are taken as strings.',
  [Symbol.for('id')]: true,
})

/** Seconds since 1970, UTC. The bounds are what PostgreSQL and JavaScript can both carry. */
export const Epoch = Type.Integer({ minimum: 0, maximum: 32_503_680_000, description: 'Unix seconds, UTC.' })

/** A yes or no that old clients send as text. */
export const Flag = Type.Boolean()

export const ById = Type.Object({ id: Type.String() })

/**
 * Gives a schema that several places share its name, in snake_case. The name is what changes between versions refer to, and
 * its component in the API reference.
 */
export function named<S extends TSchema>(name: string, schema: S): S {
  const { $id } = schema as { $id?: string }
  if ($id !== undefined) throw new Error(`The schema ${$id} cannot also be named ${name}`)
  return Object.assign(schema, { $id: name })
}

/** `{ type: 'list', data: […] }`: a whole list, without pages. */
export const ListOf = <S extends TSchema>(item: S) =>
  Type.Object({ type: Type.Literal('list'), data: Type.Array(item) })

/** All of an object's keys optional: what an update takes. */
export const Some = <P extends TProperties>(properties: P) => Type.Partial(Type.Object(properties))

/** A stored time as the wire has it. */
export const epoch = (time: Date): number => Math.floor(time.getTime() / 1000)
export const epochOrNull = (time: Date | null): number | null => (time ? epoch(time) : null)
/** A time from the wire as it is stored. */
export const fromEpoch = (seconds: number): Date => new Date(seconds * 1000)

/** What an operation answers whose documented answer is an empty body. */
export const NOTHING = ''
