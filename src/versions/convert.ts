// Answers on their way out and requests on their way in, carried across every change between the caller's version
// and the latest.
import type { Change, Wire } from './change.ts'
import { changes as in_2_8 } from './changes/2.8.ts'
import { changes as in_2_10 } from './changes/2.10.ts'
import { changes as in_2_11 } from './changes/2.11.ts'
import { changes as in_2_16 } from './changes/2.16.ts'
import { changes as in_preview } from './changes/preview.ts'
import { before, LATEST, VERSIONS, type Version } from './versions.ts'

/** Oldest first. */
const CHANGES: readonly Change[] = [...in_2_8, ...in_2_10, ...in_2_11, ...in_2_16, ...in_preview]

/** For each version, the changes that came after it, oldest first. */
const SINCE = new Map(
  VERSIONS.map((version) => [version, CHANGES.filter((change) => before(version, change.version))] as const),
)

const changesSince = (version: Version) => SINCE.get(version) ?? []

/** An answer of the latest version as `version` would have given it. */
export function downgrade(answer: unknown, version: Version): unknown {
  if (version === LATEST) return answer
  const changes = changesSince(version).filter((change) => change.response)
  return changes.length ? downgradeWith(changes.toReversed(), answer) : answer
}

function downgradeWith(changes: readonly Change[], value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => downgradeWith(changes, item))
  if (typeof value !== 'object' || value === null) return value
  const object = Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, downgradeWith(changes, inner)]))
  const type = object['type']
  if (typeof type !== 'string') return object
  return changes.reduce<Wire>((result, { response }) => response?.[type]?.(result) ?? result, object)
}

/** A request's body in `version` as the latest version would put it. */
export function upgrade(operationId: string, body: unknown, version: Version): unknown {
  if (version === LATEST || typeof body !== 'object' || body === null) return body
  return changesSince(version).reduce<Wire>(
    (result, { request }) => request?.[operationId]?.(result) ?? result,
    body as Wire,
  )
}
