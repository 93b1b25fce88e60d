// The schema of a delivery: the status of one recipient's message, and its history.

import { type Static, Type } from 'typebox'
import { CHANNELS } from '#channels/channel.ts'
import { AMONG_NEWEST } from '#db/page.ts'
import { PageOf, PageQuery } from '#http/lists.ts'
import { epoch, epochOrNull, Nullable, named } from '#http/types.ts'
import { ContactName, presentContactName } from '#resources/references.ts'
import type { DeliveryRow } from './queries.ts'

const Status = Type.Enum(['queued', 'sent', 'delivered', 'read', 'failed'])

const Transition = named(
  'delivery_transition',
  Type.Object({
    at: Type.Integer(),
    event: Type.Enum(['attempt', 'report', 'given_up', 'canceled', 'retried']),
    status: Status,
    attempt: Type.Integer(),
    code: Nullable(Type.String()),
    reason: Nullable(Type.String()),
    provider_answer: Nullable(Type.String()),
  }),
)

export const Delivery = named(
  'delivery',
  Type.Object({
    type: Type.Literal('delivery'),
    id: Type.String(),
    message_id: Type.String(),
    conversation_part_id: Nullable(Type.String()),
    conversation_id: Type.String(),
    contact_id: Type.String(),
    contact: ContactName,
    channel: Type.Enum(CHANNELS),
    recipient_type: Type.Enum(['to', 'cc', 'bcc']),
    address: Type.String(),
    status: Status,
    attempts: Type.Integer(),
    next_attempt_at: Nullable(Type.Integer()),
    provider_id: Nullable(Type.String({ description: "The provider's own id: a Message-ID, an SMS sid, a wamid." })),
    error: Nullable(
      named(
        'delivery_error',
        Type.Object({ code: Type.String(), reason: Type.String(), details: Nullable(Type.String()) }),
      ),
    ),
    created_at: Type.Integer(),
    updated_at: Type.Integer(),
    history: Type.Array(Transition),
  }),
)

export const DeliveryPage = named('delivery_list', PageOf(Delivery))

export const DeliveryQuery = Type.Object({
  ...PageQuery.properties,
  status: Type.Optional(Status),
  channel: Type.Optional(Type.Enum(CHANNELS, { description: `Its channel, ${AMONG_NEWEST}.` })),
  message_id: Type.Optional(Type.String({ maxLength: 100, description: 'Of this message, and of its answers.' })),
  q: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 200,
      description: `What address, contact or error contains, in upper or lower case, ${AMONG_NEWEST}.`,
    }),
  ),
})

export const presentDelivery = (delivery: DeliveryRow): Static<typeof Delivery> => ({
  type: 'delivery',
  id: delivery.id,
  message_id: delivery.message_id,
  conversation_part_id: delivery.part_id,
  conversation_id: delivery.conversation_id,
  contact_id: delivery.contact_id,
  contact: presentContactName(delivery),
  channel: delivery.channel,
  recipient_type: delivery.recipient_type,
  address: delivery.address,
  status: delivery.status,
  attempts: delivery.attempts,
  next_attempt_at: delivery.status === 'queued' ? epochOrNull(delivery.due_at) : null,
  provider_id: delivery.provider_id,
  error: delivery.error_code
    ? { code: delivery.error_code, reason: delivery.error_reason ?? '', details: delivery.error_details }
    : null,
  created_at: epoch(delivery.created_at),
  updated_at: epoch(delivery.updated_at),
  history: delivery.history.map(({ at, answer, ...transition }) => ({
    ...transition,
    at: epoch(new Date(at)),
    provider_answer: answer,
  })),
})
