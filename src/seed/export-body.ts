// What the exports of all nouns use: references to other objects, members, attributes.
import type { Body } from './nouns.ts'

/** Begins a text that is a reference, until the file is written. */
export const REFERENCE = '\0'

export type Exporting = {
  /** Returns the reference to an object, or undefined if the file has it not. */
  ref(noun: string, id: unknown): string | undefined
  /** Returns all of a list. */
  all(route: string, member?: string): Promise<Body[]>
  /** Returns one object. */
  show(route: string): Promise<Body>
}

export type Export = {
  /** What is exported; the rest is there from the start, or cannot be made again. */
  only?: (object: Body) => boolean
  /** Lists without an answer that `list` of the noun describes. */
  list?: (exporting: Exporting) => Promise<Body[]>
  body(object: Body, exporting: Exporting): Body | Promise<Body>
}

export const pick = (object: Body, ...names: string[]): Body =>
  Object.fromEntries(names.map((name) => [name, object[name]]))

export const refs = ({ ref }: Exporting, noun: string, ids: readonly unknown[] = []) =>
  ids.flatMap((id) => ref(noun, id) ?? [])

export const contentTags = (tags: Body | undefined, exporting: Exporting) =>
  (tags?.['tags'] ?? []).map(({ id, applied_by }: Body) => ({
    id: exporting.ref('tag', id),
    admin_id: exporting.ref('admin', applied_by?.id),
  }))

/** Attributes as a body gives them: references to custom objects by external ids, and no files. */
export function plain(attributes: Body = {}): Body {
  const given = Object.entries(attributes).map(([name, value]) => [name, value?.instances ? externalIds(value) : value])
  return Object.fromEntries(
    given.filter(([, value]) => !isNothing(value) && (Array.isArray(value) || typeof value !== 'object')),
  )
}

const externalIds = ({ instances }: Body): string[] =>
  instances.flatMap((instance: Body | null) => instance?.['external_id'] ?? [])

/** Returns whether a member can be left out. */
export const isNothing = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  value === '' ||
  (typeof value === 'object' && Object.keys(value as object).length === 0)
