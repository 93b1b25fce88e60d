// The type of a breaking change between API versions. Handlers know the latest version only: changes convert its answers to
// an older version, and requests of an older version to the latest.
import type { Version } from './versions.ts'

/** A JSON object of an answer or a request. */
export type Wire = Record<string, unknown>

/** The schema of a JSON object, as plain JSON Schema. */
export type ObjectSchema = { properties: Record<string, object>; required?: string[]; [keyword: string]: unknown }

/** A change of an answer: `value` returns the older object, `schema` its older schema. */
export type AnswerChange = { value(newer: Wire): Wire; schema(newer: ObjectSchema): ObjectSchema }

/** A change of a request: `value` returns the newer object, `schema` the older schema. */
export type RequestChange = { value(older: Wire): Wire; schema(newer: ObjectSchema): ObjectSchema }

export type ChangeOptions = {
  /** What is different since this version, in one sentence. */
  why: string
  /** Keyed by the name of a schema (`named` in http/types.ts). Applied wherever an answer has such an object. */
  answers?: Record<string, AnswerChange>
  /** Keyed by operationId. Query parameters are text, as in the URL. */
  requests?: Record<string, { body?: RequestChange; query?: RequestChange }>
  /** Keyed by operationId: the former status of success, and changes of the answer of this operation alone. */
  operations?: Record<string, { status?: number; answer?: AnswerChange }>
}

export type VersionChange<Name extends string = string> = ChangeOptions & {
  /** A statement that is true since the change: `has(workspace, 'unknown-tag-targets-are-left-out')`. */
  name: Name
  /** The first version that has the change. */
  version: Version
}

/** Returns the changes of one version, keyed by name and oldest first. */
export const changesIn = <Name extends string>(
  version: Version,
  changes: Record<Name, ChangeOptions>,
): readonly VersionChange<Name>[] =>
  Object.entries<ChangeOptions>(changes).map(([name, options]) => ({ ...options, name: name as Name, version }))
