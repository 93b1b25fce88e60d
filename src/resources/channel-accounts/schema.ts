// The schema of a channel account: the provider that sends a workspace's email, SMS or WhatsApp messages.

import { type Static, type TSchema, Type } from 'typebox'
import { Errors } from 'typebox/value'
import { SENDING_CHANNELS } from '#channels/channel.ts'
import type { PlainSchema } from '#channels/provider.ts'
import { PROVIDERS, type ProviderName } from '#channels/providers.ts'
import { invalid, missing } from '#http/errors.ts'
import { epoch, named } from '#http/types.ts'
import type { ChannelRow } from './queries.ts'

const Provider = Type.Enum(Object.keys(PROVIDERS) as ProviderName[], { description: 'The provider that sends.' })
const Settings = Type.Record(Type.String(), Type.Unknown(), {
  description: 'Settings of the provider, which can be shown.',
})
const Secrets = Type.Record(Type.String(), Type.Unknown(), { description: 'Stored encrypted, and never shown again.' })
const Name = Type.String({ minLength: 1, maxLength: 255 })

const TxtRecord = named(
  'channel_txt_record',
  Type.Object({ type: Type.Literal('TXT'), name: Type.String(), value: Type.String() }),
)

const ReplyDomain = named(
  'channel_reply_domain',
  Type.Object({
    domain: Type.String(),
    status: Type.Enum(['claimed', 'proven', 'assigned', 'lost'], {
      description:
        'Claimed: the workspace was the first. Proven: by its DNS record. Assigned: by the operator. Lost: another workspace has it now.',
    }),
    reason: Type.Optional(Type.String({ description: 'Why it was lost.' })),
    record: TxtRecord,
  }),
)

/** A domain that is verified: the record that proves it, and whether it was found. */
export const Verification = named(
  'channel_verification',
  Type.Object({
    type: Type.Literal('channel_verification'),
    id: Type.String(),
    reply_domain: Type.String(),
    status: Type.Enum(['proven', 'pending']),
    reason: Type.Optional(Type.String({ description: 'Why it is not proven yet.' })),
    record: TxtRecord,
  }),
)

export const VerificationRequest = named(
  'channel_verification_request',
  Type.Object({
    reply_domain: Type.Optional(
      Type.String({
        maxLength: 253,
        description: "Default: the account's own. Another one becomes the account's as soon as it is proven.",
      }),
    ),
  }),
)

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
    reply_domain: Type.Optional(ReplyDomain),
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
export const presentChannel = (row: ChannelRow, secrets: string[]): Static<typeof Channel> => ({
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

const STATUS = { claim: 'claimed', dns: 'proven', environment: 'assigned', operator: 'assigned' } as const

const LOST = {
  claim: 'Another workspace had claimed the domain before. Without a reply domain, replies go to the sender’s address.',
  dns: 'Another workspace proved by a DNS record that the domain is its own. Without a reply domain, replies go to the sender’s address.',
  environment:
    'The operator of the server uses the domain. Without a reply domain, replies go to the sender’s address.',
  operator:
    'The operator of the server gave the domain to another workspace. Without a reply domain, replies go to the sender’s address.',
}

/** @param recordFor returns the DNS record that proves a domain. */
export function presentReplyDomain(
  { key, domain_basis, lost_domain, lost_to }: ChannelRow,
  recordFor: (domain: string) => Static<typeof TxtRecord>,
): Static<typeof ReplyDomain> | undefined {
  if (key) return { domain: key, status: STATUS[domain_basis ?? 'claim'], record: recordFor(key) }
  if (!lost_domain || !lost_to) return undefined
  return { domain: lost_domain, status: 'lost', reason: LOST[lost_to], record: recordFor(lost_domain) }
}

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
