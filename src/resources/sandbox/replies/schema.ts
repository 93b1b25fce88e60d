// What a contact writes, as a test tells it, and what became of it.

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
        description: 'The way it comes; that of what it answers where absent, else inapp.',
      }),
    ),
    contact: Type.Optional(
      Type.Object(
        {
          id: Type.Optional(Id),
          user_id: Type.Optional(Id),
          email: Type.Optional(Type.String({ maxLength: 320 })),
          phone: Type.Optional(Id),
          name: Type.Optional(Type.String({ maxLength: 255, description: 'Of a new lead.' })),
        },
        {
          description:
            'Who writes; may be absent where only one can answer. A new address by email, or a new number by SMS or WhatsApp, becomes a lead.',
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
        description: 'What comes again under this name is not taken again.',
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
        'Of a blocked contact nothing is taken, what is known was taken before, and a keyword by SMS is obeyed.',
    }),
    channel: Type.Enum(CHANNELS),
    contact_id: Nullable(Type.String()),
    conversation_id: Nullable(Type.String()),
    part_ids: Type.Array(Type.String(), { description: 'Empty where it began the conversation: it is its source.' }),
    keyword: Nullable(Type.Enum(['STOP', 'START', 'HELP'])),
    answer: Nullable(Type.String({ description: 'What the carrier would send in answer to a keyword.' })),
  }),
)
