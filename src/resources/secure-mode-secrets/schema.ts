// The schema of an identity verification secret. Its value is shown only once, when it is created.
import { type Static, Type } from 'typebox'
import { epoch, ListOf, named } from '#http/types.ts'
import type { SecretRow } from './queries.ts'

export const Secret = named(
  'identity_verification_secret',
  Type.Object({
    type: Type.Literal('identity_verification_secret'),
    id: Type.String(),
    name: Type.String(),
    supports_android: Type.Boolean(),
    supports_ios: Type.Boolean(),
    supports_web: Type.Boolean(),
    created_at: Type.Integer(),
  }),
)

export const NewSecret = named(
  'identity_verification_secret_with_value',
  Type.Object({
    ...Secret.properties,
    secret: Type.String({ description: 'Signs users. It is shown only once.' }),
  }),
)

export const SecretList = named('identity_verification_secret_list', ListOf(Secret))

const platform = Type.Optional(Type.Boolean({ description: 'At least one platform must be true.' }))

export const SecretRequest = named(
  'identity_verification_secret_request',
  Type.Object({
    name: Type.Optional(Type.String({ maxLength: 255 })),
    supports_android: platform,
    supports_ios: platform,
    supports_web: platform,
  }),
)
export type SecretRequest = Static<typeof SecretRequest>

export const presentSecret = (row: SecretRow): Static<typeof Secret> => ({
  type: 'identity_verification_secret',
  id: row.id,
  name: row.name,
  supports_android: row.supports_android,
  supports_ios: row.supports_ios,
  supports_web: row.supports_web,
  created_at: epoch(row.created_at),
})
