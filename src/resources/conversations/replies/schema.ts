// The request of a reply; contacts and admins share one schema.
import { type Static, Type } from 'typebox'
import { Epoch, Id, Nullable, named } from '#http/types.ts'
import { ATTACHING } from '#resources/attachments/schema.ts'
import { CONTACT_NAMES } from '#resources/contacts/named.ts'

/** In characters, without pictures. */
export const MAX_BODY = 250_000

export const Body = Type.String({ maxLength: MAX_BODY })

/** A body that can be HTML with pictures; `readBody` limits its length. */
export const HtmlBody = Type.String({
  description: 'At most 250,000 characters; pictures in the `data:` URLs of an admin’s HTML do not count.',
})

export const QuickReplyOption = named(
  'quick_reply_option_request',
  Type.Object({
    text: Type.String({ maxLength: 255 }),
    uuid: Type.String({ maxLength: 255 }),
  }),
)

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
    body: Type.Optional(Nullable(HtmlBody)),
    created_at: Type.Optional(Epoch),
    ...ATTACHING,
    reply_options: Type.Optional(Type.Array(QuickReplyOption, { maxItems: 20 })),
    skip_notifications: Type.Optional(Type.Boolean({ description: 'Does not deliver the reply to contacts.' })),
    skip_unsnooze: Type.Optional(Type.Boolean({ description: 'Leaves a snoozed conversation snoozed.' })),
  }),
)
export type ReplyRequest = Static<typeof ReplyRequest>
