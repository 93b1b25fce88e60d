// Checks that all version changes fit the operations: the tests call it, so that a wrong name is found before a request.
import type { VersionChange } from './change.ts'
import type { Conversions, OperationInVersion, OperationShape } from './conversions.ts'

/** @throws Error with the name of the change, if it names an unknown schema or operation, or does not fit it. */
export function assertChangesFit({ changes, step }: Conversions, operations: readonly OperationShape[]): void {
  const names = new Set<string>()
  let current: OperationInVersion[] = [...operations]
  for (const change of changes.toReversed()) {
    if (names.has(change.name)) throw new Error(`Two changes have the name ${change.name}`)
    names.add(change.name)
    assertKnown(change, 'schema', Object.keys(change.answers ?? {}), namesIn(current))
    assertKnown(change, 'operation', operationsOf(change), new Set(operations.map(({ id }) => id)))
    current = current.map((operation) => {
      try {
        return step(change, operation)
      } catch (cause) {
        throw new Error(`The change ${change.name} does not fit ${operation.id}: ${(cause as Error).message}`, {
          cause,
        })
      }
    })
  }
}

const operationsOf = ({ requests = {}, operations = {} }: VersionChange) => [
  ...Object.keys(requests),
  ...Object.keys(operations),
]

function assertKnown({ name }: VersionChange, what: string, named: readonly string[], known: ReadonlySet<string>) {
  const unknown = named.find((one) => !known.has(one))
  if (unknown !== undefined) throw new Error(`The change ${name} names the ${what} ${unknown}, which does not exist`)
}

/** Returns the names of all schemas in the answers. */
function namesIn(operations: readonly OperationInVersion[]): Set<string> {
  const names = new Set<string>()
  const seen = new Set<object>()
  const visit = (value: unknown) => {
    if (typeof value !== 'object' || value === null || seen.has(value)) return
    seen.add(value)
    if ('$id' in value && typeof value.$id === 'string') names.add(value.$id)
    Object.values(value).forEach(visit)
  }
  for (const { answer } of operations) visit(answer)
  return names
}
