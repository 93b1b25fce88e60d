// The schema of an inbound message that is in no conversation, or was taken into one later.
import { type Static, Type } from 'typebox'
import { PageOf, PageQuery } from '#http/lists.ts'
import { epoch, epochOrNull, Nullable, named } from '#http/types.ts'
import type { InboundRow } from './queries.ts'
import { explain } from './reasons.ts'

const Channel = Type.Enum(['email', 'sms', 'whatsapp'])
const State = Type.Enum(['left_out', 'taken', 'doubtful'], {
  description: 'A doubtful mail is in a conversation, but its text may be wrong.',
})

export const InboundMessage = named(
  'inbound_message',
  Type.Object({
    type: Type.Literal('inbound_message'),
    id: Type.String(),
    channel: Channel,
    state: State,
    reason: Type.String({ description: 'Why it is in no conversation: a code, such as `auto_reply` or `blocked`.' }),
    explanation: Type.String({ description: 'The reason as a sentence.' }),
    from: Nullable(Type.String()),
    to: Type.Array(Type.String()),
    subject: Nullable(Type.String()),
    preview: Nullable(Type.String({ description: 'The beginning of its text.' })),
    provider_id: Type.String(),
    raw_size: Nullable(Type.Integer({ description: 'In bytes; null if it was not kept: it cannot be taken then.' })),
    conversation_id: Nullable(Type.String({ description: 'The conversation that it was taken into.' })),
    received_at: Type.Integer(),
    taken_at: Nullable(Type.Integer()),
  }),
)

export const ReadAgainRequest = Type.Object({
  charset: Type.String({ minLength: 1, maxLength: 60, description: 'The charset of the mail, such as `iso-8859-2`.' }),
})

export const InboundPage = named('inbound_message_list', PageOf(InboundMessage))

export const InboundQuery = Type.Object({
  ...PageQuery.properties,
  state: Type.Optional(State),
  channel: Type.Optional(Channel),
})

export const presentInbound = ({
  sender,
  recipients,
  reason,
  detail,
  ...row
}: InboundRow): Static<typeof InboundMessage> => ({
  type: 'inbound_message',
  id: row.id,
  channel: row.channel,
  state: row.state,
  reason,
  explanation: explain(reason, detail),
  from: sender,
  to: recipients,
  subject: row.subject,
  preview: row.preview,
  provider_id: row.provider_id,
  raw_size: row.raw_size,
  conversation_id: row.conversation_id,
  received_at: epoch(row.received_at),
  taken_at: epochOrNull(row.taken_at),
})
