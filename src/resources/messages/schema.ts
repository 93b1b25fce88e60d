// Request and response of POST /messages. The schema is lenient: check.ts checks in Intercom's order, which decides the
// first error.

import { type Static, Type } from 'typebox'
import { CHANNELS, type ChannelName } from '#channels/channel.ts'
import { Epoch, epoch, Id, ListOf, Nullable, named } from '#http/types.ts'
import { AdminSummary, presentAdminSummary, TemplateComponent } from '#resources/references.ts'
import { type Owner, TEMPLATE_CATEGORIES, type TemplateRow } from './queries.ts'

export const Recipient = named(
  'message_recipient',
  Type.Object({
    type: Type.Optional(Type.String({ description: 'user, lead or contact.' })),
    id: Type.Optional(Id),
    user_id: Type.Optional(Id),
    email: Type.Optional(Type.String({ maxLength: 320 })),
    phone: Type.Optional(Id),
    name: Type.Optional(Nullable(Type.String({ maxLength: 255 }))),
  }),
)
export type Recipient = Static<typeof Recipient>

const Recipients = Type.Union([Recipient, Type.Array(Recipient, { maxItems: 1000 })])

/** In characters, without pictures. */
export const MAX_BODY = 100_000

export const MessageRequest = named(
  'message_request',
  Type.Object({
    from: Type.Optional(
      Type.Object({
        type: Type.String({ description: 'admin sends to contacts; user, lead or contact writes into the inbox.' }),
        id: Type.Optional(Id),
        user_id: Type.Optional(Id),
        email: Type.Optional(Type.String({ maxLength: 320 })),
      }),
    ),
    to: Type.Optional(Recipients),
    cc: Type.Optional(Recipients),
    bcc: Type.Optional(Recipients),
    message_type: Type.Optional(
      Type.String({ description: 'in_app (also inapp, conversation), email, sms or whatsapp.' }),
    ),
    subject: Type.Optional(Nullable(Type.String({ maxLength: 1000 }))),
    body: Type.Optional(
      Nullable(
        Type.String({
          description: 'HTML or plain text of at most 100,000 characters; pictures in `data:` URLs do not count.',
        }),
      ),
    ),
    template: Type.Optional(
      Nullable(
        Type.String({ maxLength: 512, description: "plain or personal for email; for whatsapp the template's name." }),
      ),
    ),
    locale: Type.Optional(Nullable(Type.String({ maxLength: 16 }))),
    components: Type.Optional(Nullable(Type.Array(TemplateComponent))),
    referer: Type.Optional(Nullable(Type.String({ maxLength: 2048 }))),
    created_at: Type.Optional(Nullable(Epoch)),
    create_conversation_without_contact_reply: Type.Optional(Nullable(Type.Boolean())),
    /** Intercom has no such field: the email or SMS goes only to contacts who get this type. */
    subscription_type_id: Type.Optional(Nullable(Id)),
  }),
)
export type MessageRequest = Static<typeof MessageRequest>

export const Message = named(
  'message',
  Type.Object({
    type: Type.Enum(['admin_message', 'user_message']),
    id: Type.String(),
    created_at: Type.Integer(),
    subject: Type.Optional(Type.String()),
    body: Type.String(),
    message_type: Type.Enum(CHANNELS),
    conversation_id: Type.Optional(Type.String()),
    template: Type.Optional(Type.String()),
    owner: Type.Optional(AdminSummary),
  }),
)

/** `body` is the text of the request. */
export const presentMessage = (message: AcceptedMessage, body: string): Static<typeof Message> => ({
  type: 'admin_message',
  id: message.id,
  created_at: epoch(message.created_at),
  subject: message.subject ?? '',
  body,
  message_type: message.message_type,
  ...(message.template !== null && { template: message.template }),
  owner: presentAdminSummary(message.owner),
})

type AcceptedMessage = {
  id: string
  created_at: Date
  message_type: ChannelName
  subject: string | null
  template: string | null
  owner: Owner
}

const TemplateFields = {
  name: Type.String({ pattern: '^[a-z0-9_]{1,512}$' }),
  language: Type.String({ pattern: '^[a-z]{2,3}(_[A-Z]{2})?$', examples: ['en', 'pt_BR'] }),
  category: Type.Enum([...TEMPLATE_CATEGORIES]),
  body: Type.String({ minLength: 1, maxLength: 1024, description: 'The text, with {{1}}, {{2}} for the parameters.' }),
}

export const WhatsAppTemplateRequest = named('whatsapp_template_request', Type.Object(TemplateFields))

export const WhatsAppTemplate = named(
  'whatsapp_template',
  Type.Object({
    type: Type.Literal('whatsapp_template'),
    id: Type.String({ examples: ['order_update.en'] }),
    name: Type.String({ examples: ['order_update'] }),
    language: Type.String({ examples: ['en'] }),
    category: TemplateFields.category,
    body: Type.String({ examples: ['Hello {{1}}'] }),
  }),
)

export const WhatsAppTemplateList = named('whatsapp_template_list', ListOf(WhatsAppTemplate))

/** A name with a language is one template. */
export const presentTemplate = (template: TemplateRow): Static<typeof WhatsAppTemplate> => ({
  type: 'whatsapp_template',
  id: `${template.name}.${template.language}`,
  ...template,
})
