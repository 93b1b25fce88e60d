// The schema of a conversation part.
import { type Static, Type } from 'typebox'
import { epoch, Id, Nullable, named } from '#http/types.ts'
import { lostFiles, ShownAttachment } from '#resources/attachments/schema.ts'
import { Tag } from '#resources/tags/schema.ts'
import { type Display, mailMetadata } from '../display.ts'
import { EventDetails } from './event-details.ts'
import type { PartRow } from './queries.ts'

/** Headers and history of an email. The history is HTML. */
export const EmailMessageMetadata = named(
  'email_message_metadata',
  Type.Object({
    subject: Type.String(),
    email_address_headers: Type.Array(
      Type.Object({
        type: Type.Enum(['from', 'to', 'cc', 'reply_to']),
        name: Nullable(Type.String()),
        email_address: Type.String(),
      }),
    ),
    message_id: Nullable(Type.String()),
    history: Type.Optional(
      Type.String({ description: 'With `include_email_history`: quotes, forwards and signature.' }),
    ),
  }),
)

export const PartAssignee = named(
  'part_assignee',
  Type.Object({ type: Type.Enum(['admin', 'team', 'nobody_admin']), id: Nullable(Type.String()) }),
)

export const QuickReplyOption = named(
  'quick_reply_option',
  Type.Object({
    text: Type.String(),
    uuid: Type.String(),
    translations: Type.Optional(
      Nullable(Type.Record(Type.String(), Type.String(), { description: 'By locale: there are none here.' })),
    ),
  }),
)

export const Part = named(
  'conversation_part',
  Type.Object({
    type: Type.Literal('conversation_part'),
    id: Type.String(),
    part_type: Type.String(),
    body: Nullable(Type.String()),
    created_at: Type.Integer(),
    updated_at: Type.Integer(),
    notified_at: Type.Integer(),
    assigned_to: Nullable(PartAssignee),
    author: Type.Object({
      id: Type.String(),
      type: Type.Enum(['admin', 'bot', 'user', 'lead']),
      name: Nullable(Type.String()),
      email: Type.String({ description: 'Empty if a lead has none.' }),
      from_ai_agent: Type.Boolean(),
      is_ai_answer: Type.Boolean(),
    }),
    attachments: Type.Array(ShownAttachment),
    external_id: Type.Null(),
    redacted: Type.Boolean(),
    metadata: Type.Object({
      quick_reply_options: Type.Optional(Type.Array(QuickReplyOption)),
      quick_reply_uuid: Type.Optional(Type.String()),
    }),
    email_message_metadata: Nullable(EmailMessageMetadata),
    state: Type.Enum(['open', 'closed', 'snoozed'], {
      description: "The conversation's state when the part was made.",
    }),
    tags: Type.Array(Tag),
    event_details: Nullable(EventDetails),
    app_package_code: Type.Null(),
    translations: Type.Null(),
    external_reply_send_state: Type.Optional(
      Type.String({ description: 'Only in the answer to an update of the part.' }),
    ),
    seen_state: Type.Optional(
      Type.Object({ admin_seen: Type.Boolean() }, { description: 'Only in the answer to an update of the part.' }),
    ),
  }),
)

export const PartChanges = named(
  'update_conversation_part_request',
  Type.Object({
    experimental: Type.Optional(Type.Unsafe<unknown>({ description: 'True.' })),
    secret: Type.Optional(
      Type.Unsafe<unknown>({
        description:
          'The HMAC-SHA256 of `conversation_id:id` in hexadecimal, with an identity verification secret of the workspace.',
      }),
    ),
    send_state: Type.Optional(Type.String({ minLength: 1, maxLength: 255, description: 'Such as `sent`.' })),
    info_message: Type.Optional(Type.String({ maxLength: 2048, description: 'Required with `send_state`.' })),
    seen: Type.Optional(Type.Boolean({ description: 'True: an admin has seen the part.' })),
    admin_id: Type.Optional(Id),
  }),
)
export type PartChanges = Static<typeof PartChanges>

export const RedactRequest = named(
  'redact_conversation_request',
  Type.Object({
    type: Type.Enum(['conversation_part', 'source']),
    conversation_id: Id,
    conversation_part_id: Type.Optional(Id),
    source_id: Type.Optional(Id),
  }),
)
export type RedactRequest = Static<typeof RedactRequest>

export const PartList = named(
  'conversation_part_list',
  Type.Object({
    type: Type.Literal('conversation_part.list'),
    conversation_parts: Type.Array(Part),
    total_count: Type.Integer(),
  }),
)

export const presentPart = (part: PartRow, display: Display): Static<typeof Part> => ({
  type: 'conversation_part',
  id: part.id,
  part_type: part.part_type,
  body: part.body && display.body(part.body, part.attachments ?? []),
  created_at: epoch(part.created_at),
  updated_at: epoch(part.updated_at ?? part.created_at),
  notified_at: epoch(part.notified_at ?? part.created_at),
  assigned_to: part.assigned_to_type && { type: part.assigned_to_type, id: part.assigned_to_id },
  author: {
    id: part.author_id,
    type: part.author_type,
    name: part.author_name,
    email: part.author_email ?? '',
    from_ai_agent: false,
    is_ai_answer: false,
  },
  attachments: display.attachments(part.attachments ?? []),
  external_id: null,
  redacted: part.redacted,
  metadata: withMediaError(part),
  email_message_metadata: part.email_message_metadata && mailMetadata(part.email_message_metadata, display),
  state: part.state,
  tags: part.tags ?? [],
  event_details: part.event_details,
  app_package_code: null,
  translations: null,
})

export const presentUpdatedPart = (part: PartRow, display: Display): Static<typeof Part> => ({
  ...presentPart(part, display),
  ...(part.external_reply_send_state !== null && { external_reply_send_state: part.external_reply_send_state }),
  ...(part.seen_by !== null && { seen_state: { admin_seen: true } }),
})

/** Adds the reason to a file from WhatsApp that could not be fetched. */
function withMediaError({ metadata, attachments }: PartRow): Record<string, unknown> {
  if (!metadata) return {}
  const [lost] = lostFiles(attachments ?? [])
  const { whatsapp_media } = metadata
  return lost && whatsapp_media ? { ...metadata, whatsapp_media: { ...whatsapp_media, error: lost.lost } } : metadata
}

export const presentParts = (
  parts: readonly PartRow[],
  total_count: number,
  display: Display,
): Static<typeof PartList> => ({
  type: 'conversation_part.list',
  conversation_parts: parts.map((part) => presentPart(part, display)),
  total_count,
})
