// The schemas of Intercom's two operations that show statuses of WhatsApp messages.

import { type Static, Type } from 'typebox'
import { NextCursor } from '#http/lists.ts'
import { epoch, Nullable, named } from '#http/types.ts'
import type { WhatsAppDeliveryRow } from './queries.ts'

const WhatsAppStatus = Type.Enum(['sent', 'delivered', 'read', 'failed'])

export const WhatsAppEvent = named(
  'whatsapp_event',
  Type.Object({
    id: Type.String(),
    conversation_id: Type.String(),
    user_id: Type.String(),
    status: WhatsAppStatus,
    type: Type.Literal('broadcast_outbound'),
    created_at: Type.Integer(),
    updated_at: Type.Integer(),
    whatsapp_message_id: Type.String(),
    template_name: Type.String(),
  }),
)

export const RulesetQuery = Type.Object({
  ruleset_id: Type.Optional(Type.String({ description: 'Required. The id of a broadcast, or of a single message.' })),
  per_page: Type.Optional(Type.Integer()),
  starting_after: Type.Optional(Type.String()),
})

export const RulesetStatus = named(
  'whatsapp_event_list',
  Type.Object({
    type: Type.Literal('list'),
    ruleset_id: Type.String(),
    pages: Type.Object({
      type: Type.Literal('pages'),
      per_page: Type.Integer(),
      total_pages: Type.Integer(),
      next: Nullable(NextCursor),
    }),
    total_count: Type.Integer(),
    events: Type.Array(WhatsAppEvent),
  }),
)

export const MessageIdQuery = Type.Object({
  message_id: Type.Optional(Type.String({ description: "Required. WhatsApp's own id of the message (wamid…)." })),
})

export const WhatsAppMessageStatus = named(
  'whatsapp_message_status',
  Type.Object({
    conversation_id: Type.String(),
    status: WhatsAppStatus,
    type: Type.Literal('broadcast_outbound'),
    created_at: Type.Integer(),
    updated_at: Type.Integer(),
    template_name: Type.String(),
    message_id: Type.String(),
    error: Type.Optional(Type.Object({ message: Type.String(), details: Type.String() })),
  }),
)

type Reported = 'sent' | 'delivered' | 'read' | 'failed'

const presentCommon = (delivery: WhatsAppDeliveryRow) => ({
  conversation_id: delivery.conversation_id,
  status: delivery.status as Reported,
  type: 'broadcast_outbound' as const,
  created_at: epoch(delivery.created_at),
  updated_at: epoch(delivery.updated_at),
  template_name: delivery.template ?? '',
})

export const presentEvent = (delivery: WhatsAppDeliveryRow): Static<typeof WhatsAppEvent> => ({
  id: delivery.id,
  ...presentCommon(delivery),
  user_id: delivery.contact_id,
  whatsapp_message_id: delivery.provider_id ?? '',
})

/** `error` is present only if the message failed. */
export const presentStatus = (delivery: WhatsAppDeliveryRow): Static<typeof WhatsAppMessageStatus> => ({
  ...presentCommon(delivery),
  message_id: delivery.provider_id ?? '',
  ...(delivery.status === 'failed' && {
    error: {
      message: delivery.error_reason ?? 'Message delivery failed',
      details: delivery.error_details ?? delivery.error_code ?? '',
    },
  }),
})
