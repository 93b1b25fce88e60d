// The versions of Intercom's API that a request may ask for, and their order.

export const LATEST = 'Preview'

/** Oldest first. Before 2.7 the API is served as 2.7: nothing older is published. */
const NUMBERED = [
  ...['1.0', '1.1', '1.2', '1.3', '1.4'],
  ...Array.from({ length: 17 }, (_, minor) => `2.${minor}`),
] as const

export const VERSIONS: readonly string[] = [...NUMBERED, LATEST]

/** A version's name as Intercom writes it: `2.11`, `Preview`. */
export type Version = string & { readonly brand?: 'Version' }

/** The version that a header names (in any case; `Unstable` is Preview's old name), or undefined. */
export function parseVersion(text: string): Version | undefined {
  const name = text.trim().toLowerCase()
  if (name === 'unstable') return LATEST
  return VERSIONS.find((version) => version.toLowerCase() === name)
}

/** Whether `version` came out before `other`: `before('2.9', '2.16')`. */
export const before = (version: Version, other: Version): boolean => VERSIONS.indexOf(version) < VERSIONS.indexOf(other)
