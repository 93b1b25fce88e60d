// The schemas of a captured message: what would have been sent, in the form that the channel sends.

import { type Static, Type } from 'typebox'
import { CHANNELS } from '#channels/channel.ts'
import { AMONG_NEWEST } from '#db/page.ts'
import { PageOf, PageQuery } from '#http/lists.ts'
import { epoch, Nullable, named } from '#http/types.ts'
import { ContactName, presentContactName } from '#resources/references.ts'
import type { CapturedRow } from './queries.ts'

const Channel = Type.Enum(CHANNELS)
const STATUSES = ['queued', 'sent', 'delivered', 'read', 'failed'] as const

export const CapturedMessage = named(
  'captured_message',
  Type.Object({
    type: Type.Literal('captured_message'),
    id: Type.String(),
    message_id: Type.String(),
    delivery_id: Type.String(),
    conversation_id: Type.String(),
    contact_id: Type.String(),
    contact: ContactName,
    channel: Channel,
    status: Type.Enum(STATUSES),
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
  delivery_id: Type.Optional(Type.String({ description: 'Only the message of this delivery.' })),
  status: Type.Optional(Type.Enum(STATUSES, { description: `Its status, ${AMONG_NEWEST}.` })),
  q: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 200,
      description: `What recipient, contact, subject or text contains, in upper or lower case, ${AMONG_NEWEST}.`,
    }),
  ),
})

const Addresses = Type.Array(Type.String(), { description: 'As headers have them: `Anna <anna@example.com>`.' })

/** The message with all that a channel would send. */
export const WholeCapturedMessage = named(
  'captured_message_whole',
  Type.Object({
    ...CapturedMessage.properties,
    conversation_part_id: Nullable(Type.String({ description: 'The answer, if it is none of a message.' })),
    request_id: Nullable(
      Type.String({ description: 'The call that made it, in the log of requests. Null: not known (any more).' }),
    ),
    text: Nullable(Type.String()),
    html: Nullable(Type.String()),
    email: Nullable(
      named(
        'captured_email',
        Type.Object({
          to: Addresses,
          cc: Addresses,
          recipient_type: Type.Enum(['to', 'cc', 'bcc']),
          headers: Type.Array(named('mail_header', Type.Object({ name: Type.String(), value: Type.String() })), {
            description: 'In their order, as they go out.',
          }),
          size: Type.Integer({ description: 'Bytes.' }),
        }),
      ),
    ),
    sms: Nullable(
      named(
        'captured_sms',
        Type.Object({
          encoding: Type.Enum(['GSM-7', 'UCS-2']),
          segments: Type.Array(Type.String(), { description: 'The text of each.' }),
          room: Type.Integer({ description: 'How many more characters the last one takes.' }),
        }),
      ),
    ),
    whatsapp: Nullable(
      named(
        'captured_whatsapp',
        Type.Object({
          template: Nullable(Type.String()),
          locale: Nullable(Type.String()),
          components: Nullable(Type.Array(Type.Unknown())),
        }),
      ),
    ),
  }),
)
export type WholeCapturedMessage = Static<typeof WholeCapturedMessage>

export const ImagesQuery = Type.Object({
  images: Type.Optional(Type.Boolean({ description: 'Also loads pictures of other servers.' })),
})

export const presentCaptured = (row: CapturedRow): Static<typeof CapturedMessage> => ({
  type: 'captured_message',
  id: row.id,
  message_id: row.message_id,
  delivery_id: row.delivery_id,
  conversation_id: row.conversation_id,
  contact_id: row.contact_id,
  contact: presentContactName(row),
  channel: row.channel,
  status: row.status,
  from: row.sender,
  to: row.recipient,
  subject: row.subject,
  rendered: row.rendered,
  captured_at: epoch(row.captured_at),
})
