// Request and response for a status that a test reports.
import { type Static, Type } from 'typebox'
import { Epoch, Id, named } from '#http/types.ts'
import { Delivery } from '#resources/deliveries/schema.ts'

const Flag = Type.Optional(Type.Boolean())

export const StatusRequest = named(
  'sandbox_status_request',
  Type.Object({
    delivery_id: Type.Optional(Id),
    message_id: Type.Optional(Id),
    contact_id: Type.Optional({ ...Id, description: 'The recipient, if the message has several.' }),
    whatsapp_message_id: Type.Optional(Type.String({ maxLength: 255 })),
    status: Type.Enum(['sent', 'delivered', 'read', 'failed']),
    code: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
    reason: Type.Optional(Type.String({ minLength: 1, maxLength: 1_000 })),
    details: Type.Optional(Type.String({ maxLength: 1_000 })),
    hard_bounce: Flag,
    spam_complaint: Flag,
    unsubscribe: Flag,
    at: Type.Optional(Epoch),
  }),
)
export type StatusRequest = Static<typeof StatusRequest>

export const ReportedStatus = named(
  'delivery_with_outcome',
  Type.Object({
    ...Delivery.properties,
    moved: Type.Boolean({
      description: 'False if the status was already known or would be a step back; then nothing changed.',
    }),
  }),
)
