// The request of a reply; contacts and admins share one schema.
import { type Static, Type } from 'typebox'
import { Epoch, Id, Nullable, named } from '#http/types.ts'
import { ATTACHING } from '#resources/attachments/schema.ts'
import { CONTACT_NAMES } from '#resources/contacts/named.ts'

/** The longest body, in characters. */
export const Body = Type.String({ maxLength: 250_000 })

const QuickReplyOption = Type.Object({
  text: Type.String({ maxLength: 255 }),
  uuid: Type.String({ maxLength: 255 }),
})

export const ReplyRequest = named(
  'conversation_reply_request',
  Type.Object({
    message_type: Type.Enum(['comment', 'note', 'quick_reply', 'close', 'open', 'snoozed', 'assignment'], {
      description: 'Contacts can only comment and pick quick replies. The last four are as in POST …/parts.',
    }),
    type: Type.Enum(['admin', 'user', 'lead', 'contact']),
    admin_id: Type.Optional(Id),
    assignee_id: Type.Optional(Id),
    snoozed_until: Type.Optional(Epoch),
    intercom_user_id: Type.Optional(Id),
    ...CONTACT_NAMES,
    body: Type.Optional(Nullable(Body)),
    created_at: Type.Optional(Epoch),
    ...ATTACHING,
    reply_options: Type.Optional(Type.Array(QuickReplyOption, { maxItems: 20 })),
    skip_notifications: Type.Optional(Type.Boolean({ description: 'Does not deliver the reply to contacts.' })),
    skip_unsnooze: Type.Optional(Type.Boolean({ description: 'Leaves a snoozed conversation snoozed.' })),
  }),
)
export type ReplyRequest = Static<typeof ReplyRequest>
