// All version changes, oldest first, and the check whether a workspace's version has one.
import { changes as in_2_8 } from './changes/2.8.ts'
import { changes as in_2_9 } from './changes/2.9.ts'
import { changes as in_2_10 } from './changes/2.10.ts'
import { changes as in_2_11 } from './changes/2.11.ts'
import { changes as in_2_12 } from './changes/2.12.ts'
import { changes as in_2_13 } from './changes/2.13.ts'
import { changes as in_2_14 } from './changes/2.14.ts'
import { changes as in_2_15 } from './changes/2.15.ts'
import { changes as in_2_16 } from './changes/2.16.ts'
import { changes as in_preview } from './changes/preview.ts'
import { before, VERSIONS, type Version } from './versions.ts'

export const CHANGES = [
  ...in_2_8,
  ...in_2_9,
  ...in_2_10,
  ...in_2_11,
  ...in_2_12,
  ...in_2_13,
  ...in_2_14,
  ...in_2_15,
  ...in_2_16,
  ...in_preview,
] as const

export type ChangeName = (typeof CHANGES)[number]['name']

const NAMES = new Map(
  VERSIONS.map((version) => [
    version,
    new Set<string>(CHANGES.filter((change) => !before(version, change.version)).map(({ name }) => name)),
  ]),
)

/** Returns whether the caller's version has the change: `has(workspace, 'messages-by-sms')`. */
export const has = ({ version }: { readonly version: Version }, name: ChangeName): boolean =>
  NAMES.get(version)?.has(name) ?? false

/** Returns the first version that has the change, for error messages. */
export const versionOf = (name: ChangeName): Version => CHANGES.find((change) => change.name === name)!.version
