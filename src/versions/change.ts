// What one breaking change of the API looks like to us. Handlers know the latest version only; a change turns its
// answers into what a version before it would have said, and such a version's requests into today's.
import type { Version } from './versions.ts'

/** A JSON object on its way in or out. */
export type Wire = Record<string, unknown>

export type Change = {
  /** The first version that has the change. */
  version: Version
  /** What changed, in a few words. */
  why: string
  /** By the `type` of the object, wherever in an answer it stands: the object as it was before. */
  response?: Record<string, (object: Wire) => Wire>
  /** By operationId: the body as it is now. */
  request?: Record<string, (body: Wire) => Wire>
}
