// Request and response for a message that a test writes as a contact.

import { type Static, Type } from 'typebox'
import { CHANNELS } from '#channels/channel.ts'
import { Epoch, Id, Nullable, named } from '#http/types.ts'
import { ATTACHING } from '#resources/attachments/schema.ts'
import { Body } from '#resources/conversations/replies/schema.ts'

export const WrittenRequest = named(
  'sandbox_reply_request',
  Type.Object({
    channel: Type.Optional(
      Type.Enum(CHANNELS, {
        description: 'The channel that the contact writes on. Default: that of what it answers, else inapp.',
      }),
    ),
    contact: Type.Optional(
      Type.Object(
        {
          id: Type.Optional(Id),
          user_id: Type.Optional(Id),
          email: Type.Optional(Type.String({ maxLength: 320 })),
          phone: Type.Optional(Id),
          name: Type.Optional(Type.String({ maxLength: 255, description: 'Name of a new lead.' })),
        },
        {
          description:
            'The author; optional if only one contact can reply. A new address by email, or a new number by SMS or WhatsApp, becomes a lead.',
        },
      ),
    ),
    body: Type.Optional(Nullable(Body)),
    subject: Type.Optional(Type.String({ maxLength: 998 })),
    to_message: Type.Optional(Id),
    to_conversation: Type.Optional(Id),
    ...ATTACHING,
    provider_id: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 255,
        description: 'A message with an id that was received before is ignored.',
      }),
    ),
    created_at: Type.Optional(Epoch),
  }),
)
export type WrittenRequest = Static<typeof WrittenRequest>

export const Written = named(
  'sandbox_reply',
  Type.Object({
    type: Type.Literal('reply'),
    outcome: Type.Enum(['begun', 'replied', 'keyword', 'blocked', 'known'], {
      description:
        'blocked: the contact is blocked, so nothing is stored; known: received before; keyword: an SMS keyword was applied.',
    }),
    channel: Type.Enum(CHANNELS),
    contact_id: Nullable(Type.String()),
    conversation_id: Nullable(Type.String()),
    part_ids: Type.Array(Type.String(), {
      description: 'Empty if it started the conversation: then it is the source.',
    }),
    keyword: Nullable(Type.Enum(['STOP', 'START', 'HELP'])),
    answer: Nullable(Type.String({ description: 'The answer to a keyword that the carrier would send.' })),
  }),
)
