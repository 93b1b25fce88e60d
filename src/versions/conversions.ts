// The conversions of each operation between the latest version and an older one, compiled at the first request.
import type { ObjectSchema, RequestChange, VersionChange, Wire } from './change.ts'
import { type Conversion, compileChange, type Schema } from './compile.ts'
import { VERSIONS, type Version } from './versions.ts'

/** The parts of an operation that changes apply to: its schemas and status of success in the latest version. */
export type OperationShape = {
  id: string
  status: number
  answer: Schema
  body?: Schema | undefined
  query?: Schema | undefined
}

/** An operation in one version. Absent parts are as in the latest version. */
export type OperationInVersion = OperationShape & {
  convertAnswer?: ((answer: unknown) => unknown) | undefined
  upgradeBody?: ((body: Wire) => Wire) | undefined
  upgradeQuery?: ((query: Wire) => Wire) | undefined
}

export type Conversions = ReturnType<typeof conversionsOf>

/** Returns the conversions for these changes, which are ordered oldest first. */
export function conversionsOf(changes: readonly VersionChange[]) {
  const compiled = new Map(changes.map((change) => [change, compileChange(change)]))
  const newestFirst = Map.groupBy(changes.toReversed(), ({ version }) => version)
  const cache = new WeakMap<OperationShape, Map<Version, OperationInVersion>>()

  /** Applies one change: returns the operation as it was before. */
  function step(change: VersionChange, newer: OperationInVersion): OperationInVersion {
    const { status, answer } = change.operations?.[newer.id] ?? {}
    const { body, query } = change.requests?.[newer.id] ?? {}
    const inner = compiled.get(change)?.(newer.answer) as Conversion
    const is_changed = inner.convert || answer || body || query || (status ?? newer.status) !== newer.status
    if (!is_changed) return newer
    if (answer && !inner.schema['properties']) throw new Error(`${newer.id} does not answer an object`)
    const whole = answer && { schema: answer.schema(inner.schema as ObjectSchema), convert: answer.value as Convert }
    return {
      id: newer.id,
      status: status ?? newer.status,
      answer: (whole ?? inner).schema,
      convertAnswer: chain(newer.convertAnswer, inner.convert, whole?.convert),
      ...requestOf('body', newer, body),
      ...requestOf('query', newer, query),
      upgradeBody: chain(body?.value, newer.upgradeBody),
      upgradeQuery: chain(query?.value, newer.upgradeQuery),
    }
  }

  const changed_names = new Set(changes.flatMap(({ answers = {} }) => Object.keys(answers)))
  const answer_changes = new WeakMap<object, boolean>()

  /** Returns whether a change applies to an object in the schema. Much faster than to compile the changes. */
  function canChange(schema: unknown): boolean {
    if (typeof schema !== 'object' || schema === null) return false
    const known = answer_changes.get(schema)
    if (known !== undefined) return known
    const does = changed_names.has((schema as Schema).$id ?? '') || Object.values(schema).some(canChange)
    answer_changes.set(schema, does)
    return does
  }

  return {
    changes,
    step,
    /** Returns what is converted in some version. */
    partsThatChange(operation: OperationShape): { request: boolean; status: boolean; answer: boolean } {
      const own = changes.flatMap(({ operations }) => operations?.[operation.id] ?? [])
      return {
        request: changes.some(({ requests }) => requests?.[operation.id]),
        status: own.some(({ status }) => status !== undefined),
        answer: own.some(({ answer }) => answer) || canChange(operation.answer),
      }
    },
    /** Returns the operation as it is in the version: as in the next newer one, before the changes of that one. */
    in(operation: OperationShape, version: Version): OperationInVersion {
      const next = VERSIONS[VERSIONS.indexOf(version) + 1]
      if (next === undefined) return operation
      const versions = cache.get(operation) ?? new Map<Version, OperationInVersion>()
      cache.set(operation, versions)
      const known = versions.get(version)
      if (known) return known
      const older = (newestFirst.get(next) ?? []).reduce(
        (newer, change) => step(change, newer),
        this.in(operation, next),
      )
      versions.set(version, older)
      return older
    },
  }
}

type Convert = (value: unknown) => unknown

/** Returns a function that calls the given functions in order; undefined if there are none. */
function chain<Value>(...functions: (((value: Value) => Value) | undefined)[]): ((value: Value) => Value) | undefined {
  const [first, ...others] = functions.filter((one) => one !== undefined)
  return others.reduce((left, right) => left && ((value: Value) => right(left(value))), first)
}

function requestOf(part: 'body' | 'query', newer: OperationInVersion, change: RequestChange | undefined) {
  const schema = newer[part]
  if (!change) return { [part]: schema }
  if (!schema) throw new Error(`${newer.id} has no ${part}`)
  return { [part]: change.schema(schema as ObjectSchema) }
}
