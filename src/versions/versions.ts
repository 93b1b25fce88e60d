// The versions of Intercom's API, and their order.

export const LATEST = 'Preview'

/** Oldest first. Versions before 2.7 get the API of 2.7, because Intercom publishes nothing older. */
const NUMBERED = [
  ...['1.0', '1.1', '1.2', '1.3', '1.4'],
  ...Array.from({ length: 17 }, (_, minor) => `2.${minor}`),
] as const

export const VERSIONS: readonly string[] = [...NUMBERED, LATEST]

/** The name of a version in Intercom's spelling: `2.11`, `Preview`. */
export type Version = string & { readonly brand?: 'Version' }

/** Returns the version of a header in any case, or undefined. `Unstable` is the old name of Preview. */
export function parseVersion(text: string): Version | undefined {
  const name = text.trim().toLowerCase()
  if (name === 'unstable') return LATEST
  return VERSIONS.find((version) => version.toLowerCase() === name)
}

/** Returns whether `version` is older than `other`: `before('2.9', '2.16')`. */
export const before = (version: Version, other: Version): boolean => VERSIONS.indexOf(version) < VERSIONS.indexOf(other)
