// A custom channel over the wire.
import { type Static, Type } from 'typebox'
import { epoch, Id, ListOf, Nullable, named } from '#http/types.ts'
import type { ChannelRow } from './queries.ts'

const FIELDS = {
  name: Type.String({ minLength: 1, maxLength: 255, pattern: '\\S' }),
  callback_url: Nullable(Type.String({ maxLength: 2_048, description: 'Null: the sandbox captures the callbacks.' })),
  callback_token: Type.Optional(
    Nullable(
      Type.String({
        minLength: 1,
        maxLength: 255,
        pattern: '^[\\x21-\\x7e]+$',
        description: 'Sent as `Authorization: Bearer`. It is stored encrypted and not shown.',
      }),
    ),
  ),
  workflow_id: Type.Optional(Nullable(Type.Unsafe<string>({ ...Id, description: 'What new conversations start.' }))),
}

export const NewChannelRequest = named('new_custom_channel_request', Type.Object(FIELDS))
export type NewChannelRequest = Static<typeof NewChannelRequest>

export const ChannelRequest = named(
  'custom_channel_request',
  Type.Partial(
    Type.Object({
      ...FIELDS,
      signing_secret: Type.String({ minLength: 16, maxLength: 255, description: 'A new one, for later callbacks.' }),
      enabled: Type.Boolean({ description: 'Whether callbacks are sent; they wait meanwhile.' }),
    }),
  ),
)
export type ChannelRequest = Static<typeof ChannelRequest>

export const Channel = named(
  'custom_channel',
  Type.Object({
    type: Type.Literal('custom_channel'),
    id: Type.String(),
    name: Type.String(),
    callback_url: Nullable(Type.String()),
    has_callback_token: Type.Boolean(),
    workflow_id: Nullable(Type.String()),
    state: Type.Enum(['active', 'suspended', 'disabled'], {
      description: 'Of the callbacks, as of a webhook subscription.',
    }),
    state_reason: Nullable(Type.String()),
    created_at: Type.Integer(),
    updated_at: Type.Integer(),
  }),
)
export const ChannelList = named('custom_channel_list', ListOf(Channel))

export const NewChannel = named(
  'new_custom_channel',
  Type.Object({
    ...Channel.properties,
    api_key: Type.String({ description: 'For the events of the channel; it is shown only here.' }),
    signing_secret: Type.String({ description: 'With which callbacks are signed; it is shown only here.' }),
  }),
)

export const ChannelKey = named(
  'custom_channel_key',
  Type.Object({ type: Type.Literal('custom_channel_key'), channel_id: Type.String(), api_key: Type.String() }),
)

export const DeletedChannel = named(
  'deleted_custom_channel',
  Type.Object({ id: Type.String(), object: Type.Literal('custom_channel'), deleted: Type.Literal(true) }),
)

export const presentChannel = (row: ChannelRow): Static<typeof Channel> => ({
  type: 'custom_channel',
  id: row.id,
  name: row.name,
  callback_url: row.url,
  has_callback_token: row.bearer_token !== null,
  workflow_id: row.workflow_id,
  state: row.state,
  state_reason: row.state_reason,
  created_at: epoch(row.created_at),
  updated_at: epoch(row.updated_at),
})
