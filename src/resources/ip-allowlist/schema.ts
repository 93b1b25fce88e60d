// The schema of the IP allowlist of a workspace.
import { type Static, Type } from 'typebox'
import { named } from '#http/types.ts'
import type { AllowlistRow } from './queries.ts'

export const IpAllowlist = named(
  'ip_allowlist',
  Type.Object({
    type: Type.Literal('ip_allowlist'),
    enabled: Type.Boolean(),
    ip_allowlist: Type.Array(Type.String({ description: 'An address, or a range such as `192.0.2.0/24`.' })),
  }),
)

export const IpAllowlistRequest = named(
  'ip_allowlist_request',
  Type.Object({
    type: Type.Optional(Type.Unknown()),
    enabled: Type.Optional(Type.Boolean()),
    ip_allowlist: Type.Optional(Type.Array(Type.String({ maxLength: 64 }), { maxItems: 1_000 })),
  }),
)
export type IpAllowlistRequest = Static<typeof IpAllowlistRequest>

export const presentAllowlist = ({ enabled, ranges }: AllowlistRow): Static<typeof IpAllowlist> => ({
  type: 'ip_allowlist',
  enabled,
  ip_allowlist: ranges,
})
