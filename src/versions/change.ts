// What one breaking change of the API is. Handlers know the latest version only: changes turn its answers into those of
// an older version, and the requests of an older version into its own.
import type { Version } from './versions.ts'

/** A JSON object in an answer or a request. */
export type Wire = Record<string, unknown>

/** The schema of a JSON object, as plain JSON Schema. */
export type ObjectSchema = { properties: Record<string, object>; required?: string[]; [keyword: string]: unknown }

/** A change of an answer: `value` makes the older object of the newer one, `schema` does the same with its schema. */
export type AnswerChange = { value(newer: Wire): Wire; schema(newer: ObjectSchema): ObjectSchema }

/** A change of a request: `value` makes the newer object of the older one, `schema` the older schema of the newer. */
export type RequestChange = { value(older: Wire): Wire; schema(newer: ObjectSchema): ObjectSchema }

export type ChangeOptions = {
  /** One sentence: what is different since this version. */
  why: string
  /** By the name of a schema (`named` in http/types.ts), wherever an answer has an object of it. */
  answers?: Record<string, AnswerChange>
  /** By operationId. Query parameters are text, as they are in the URL. */
  requests?: Record<string, { body?: RequestChange; query?: RequestChange }>
  /** By operationId: the status of success before the change, and what changed in the answer of this operation alone. */
  operations?: Record<string, { status?: number; answer?: AnswerChange }>
}

export type Change<Name extends string = string> = ChangeOptions & {
  /** What is true since the change, as in `has(workspace, 'unknown-tag-targets-are-left-out')`. */
  name: Name
  /** The first version that has the change. */
  version: Version
}

/** The changes of one version by their names, in the order in which they came. */
export const changesIn = <Name extends string>(
  version: Version,
  changes: Record<Name, ChangeOptions>,
): readonly Change<Name>[] =>
  Object.entries<ChangeOptions>(changes).map(([name, options]) => ({ ...options, name: name as Name, version }))
