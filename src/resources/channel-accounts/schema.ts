// The schema of a channel account: the provider that sends a workspace's email, SMS or WhatsApp messages.

import { type Static, type TSchema, Type } from 'typebox'
import { Errors } from 'typebox/value'
import type { AccountRow } from '#channel-accounts/rows.ts'
import { SENDING_CHANNELS } from '#channels/channel.ts'
import type { PlainSchema } from '#channels/provider.ts'
import { PROVIDERS, type ProviderName } from '#channels/providers.ts'
import { invalid, missing } from '#http/errors.ts'
import { epoch, named } from '#http/types.ts'

const Provider = Type.Enum(Object.keys(PROVIDERS) as ProviderName[], { description: 'The provider that sends.' })
const Settings = Type.Record(Type.String(), Type.Unknown(), {
  description: 'Settings of the provider, which can be shown.',
})
const Secrets = Type.Record(Type.String(), Type.Unknown(), { description: 'Stored encrypted, and never shown again.' })
const Name = Type.String({ minLength: 1, maxLength: 255 })

export const Channel = named(
  'channel',
  Type.Object({
    type: Type.Literal('channel'),
    id: Type.String(),
    channel: Type.Enum(SENDING_CHANNELS),
    provider: Provider,
    name: Name,
    settings: Settings,
    secrets: Type.Record(Type.String(), Type.Literal('****'), { description: 'Which secrets are set.' }),
    inbound_url: Type.Optional(
      Type.String({
        description: 'For email: the URL where an inbound-parse service posts mail for the workspace. Keep it secret.',
      }),
    ),
    from_environment: Type.Boolean({ description: 'Set by the environment of the server; it cannot be changed here.' }),
    created_at: Type.Integer(),
    updated_at: Type.Integer(),
  }),
)

export const ChannelRequest = named(
  'channel_request',
  Type.Object({
    provider: Provider,
    name: Type.Optional(Name),
    settings: Type.Optional(Settings),
    secrets: Type.Optional(Secrets),
  }),
)

/** Values that are absent stay; null removes one. */
export const ChannelUpdate = named(
  'channel_update_request',
  Type.Object({
    name: Type.Optional(Name),
    settings: Type.Optional(Settings),
    secrets: Type.Optional(Secrets),
  }),
)

export const DeletedChannel = named(
  'channel_deleted',
  Type.Object({
    type: Type.Literal('channel'),
    id: Type.String(),
    deleted: Type.Literal(true),
  }),
)

/** `secrets` has the names of the secrets that are set. */
export const presentChannel = (row: AccountRow, secrets: string[]): Static<typeof Channel> => ({
  type: 'channel',
  id: row.id,
  channel: row.channel,
  provider: row.provider,
  name: row.name,
  settings: row.settings,
  secrets: Object.fromEntries(secrets.map((name) => [name, '****' as const])),
  from_environment: row.from_environment,
  created_at: epoch(row.created_at),
  updated_at: epoch(row.updated_at),
})

export type Configuration = { settings: Record<string, unknown>; secrets: Record<string, unknown> }

/** @throws a 400 that names the first setting or secret that is missing, wrong or unknown. */
export function assertFits(provider: ProviderName, { settings, secrets }: Configuration): void {
  check('settings', PROVIDERS[provider].settings, settings)
  check('secrets', PROVIDERS[provider].secrets, secrets)
}

function check(what: keyof Configuration, schema: PlainSchema, values: Record<string, unknown>) {
  const names = Object.keys(schema.properties)
  const unknown = Object.keys(values).find((name) => !names.includes(name))
  if (unknown !== undefined) throw invalid(`${what} has no ${unknown}; it has ${names.join(', ')}`)
  const absent = schema.required?.find((name) => values[name] === undefined)
  if (absent !== undefined) throw missing(`${what}.${absent} is required`)
  const [wrong] = Errors(schema as unknown as TSchema, values)
  if (!wrong) return
  const name = wrong.instancePath.slice(1).replaceAll('/', '.')
  const { description } = schema.properties[name] ?? {}
  throw invalid(`${what}.${name} ${wrong.message}${description ? `: ${description}` : ''}`)
}
