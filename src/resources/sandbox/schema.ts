// The schema of a captured message: what would have been sent, in the form that the channel sends.

import { type Static, Type } from 'typebox'
import { CHANNELS } from '#channels/channel.ts'
import { PageOf, PageQuery } from '#http/lists.ts'
import { epoch, Nullable, named } from '#http/types.ts'
import type { CapturedRow } from './queries.ts'

const Channel = Type.Enum(CHANNELS)

export const CapturedMessage = named(
  'captured_message',
  Type.Object({
    type: Type.Literal('captured_message'),
    id: Type.String(),
    message_id: Type.String(),
    delivery_id: Type.String(),
    conversation_id: Type.String(),
    contact_id: Type.String(),
    channel: Channel,
    status: Type.Enum(['queued', 'sent', 'delivered', 'read', 'failed']),
    from: Type.String(),
    to: Type.String(),
    subject: Nullable(Type.String()),
    rendered: Type.Record(Type.String(), Type.Unknown(), {
      description:
        'text and html of an email, text and segments of an SMS, template and components of a WhatsApp message …',
    }),
    captured_at: Type.Integer(),
  }),
)

export const CapturedPage = named('captured_message_list', PageOf(CapturedMessage))

export const CapturedQuery = Type.Object({
  ...PageQuery.properties,
  channel: Type.Optional(Channel),
  to: Type.Optional(Type.String({ description: "The recipient's address or number, or the contact's id for in-app." })),
})

export const presentCaptured = (row: CapturedRow): Static<typeof CapturedMessage> => ({
  type: 'captured_message',
  id: row.id,
  message_id: row.message_id,
  delivery_id: row.delivery_id,
  conversation_id: row.conversation_id,
  contact_id: row.contact_id,
  channel: row.channel,
  status: row.status,
  from: row.sender,
  to: row.recipient,
  subject: row.subject,
  rendered: row.rendered,
  captured_at: epoch(row.captured_at),
})
