// Conversations as messengers show them: names and pictures of people, but no notes, tags or assignments.
import { type Static, Type } from 'typebox'
import type { Page, PageResult } from '#db/page.ts'
import { CursorPages, presentPages } from '#http/lists.ts'
import { epoch, Nullable, named } from '#http/types.ts'
import { ATTACHING, ShownAttachment } from '#resources/attachments/schema.ts'
import type { Display } from '#resources/conversations/display.ts'
import { QuickReplyOption } from '#resources/conversations/parts/schema.ts'
import type { RatingRow } from '#resources/conversations/ratings/queries.ts'
import { MessengerRating, presentMessengerRating } from '#resources/conversations/ratings/schema.ts'
import { Body } from '#resources/conversations/replies/schema.ts'
import type { TicketTypeRow } from '#resources/ticket-types/queries.ts'
import { MessengerTicket, presentMessengerTicket } from '../tickets/schema.ts'
import type { ContentRow, ConversationRow, PartRow } from './queries.ts'

export const MessengerPart = named(
  'messenger_part',
  Type.Object({
    type: Type.Literal('conversation_part'),
    id: Type.String({ description: '`message-<id>` for the first message of the conversation.' }),
    part_type: Type.Enum(['message', 'comment', 'quick_reply']),
    body: Nullable(Type.String({ description: 'HTML that is safe to show.' })),
    trimmed: Type.Optional(
      Type.String({
        description: 'HTML that was cut from an email, to show on request: what it quoted, its signature.',
      }),
    ),
    created_at: Type.Integer(),
    author: Type.Object({
      type: Type.Enum(['admin', 'bot', 'user', 'lead']),
      id: Type.String(),
      name: Nullable(Type.String()),
      avatar: Nullable(Type.Object({ type: Type.Literal('avatar'), image_url: Type.String() })),
    }),
    attachments: Type.Array(ShownAttachment),
    quick_reply_options: Type.Optional(Type.Array(QuickReplyOption)),
    quick_reply_uuid: Type.Optional(Type.String({ description: 'The option that the contact picked.' })),
  }),
)
export type MessengerPart = Static<typeof MessengerPart>

const properties = {
  type: Type.Literal('conversation'),
  id: Type.String(),
  created_at: Type.Integer(),
  updated_at: Type.Integer({ description: 'When the contact or the team last wrote.' }),
  state: Type.Enum(['open', 'closed', 'snoozed']),
  title: Nullable(Type.String()),
  unread_count: Type.Integer(),
  ticket: Type.Optional(MessengerTicket),
}

export const MessengerConversation = named(
  'messenger_conversation',
  Type.Object({
    ...properties,
    parts: Type.Array(MessengerPart, { description: 'The first message, then the newest 500 parts, oldest first.' }),
    total_count: Type.Integer({ description: 'Number of all parts, including the first message.' }),
    rating: Nullable(MessengerRating),
  }),
)

export const MessengerConversations = named(
  'messenger_conversation_list',
  Type.Object({
    type: Type.Literal('conversation.list'),
    conversations: Type.Array(Type.Object({ ...properties, last_part: MessengerPart })),
    total_count: Type.Integer(),
    unread_count: Type.Integer({ description: 'In all conversations.' }),
    last_event_id: Type.String({ description: 'Start the stream here: it continues where this list ends.' }),
    pages: CursorPages,
  }),
)

export const ReadConversation = named(
  'messenger_conversation_read',
  Type.Object({
    type: Type.Literal('conversation'),
    id: Type.String(),
    unread_count: Type.Integer(),
    total_unread_count: Type.Integer({ description: 'In all conversations.' }),
  }),
)

const content = { body: Type.Optional(Nullable(Body)), ...ATTACHING }

/** The body is plain text, like everything that a contact writes. */
export const StartRequest = named(
  'messenger_conversation_request',
  Type.Object({
    ...content,
    url: Type.Optional(
      Nullable(Type.String({ maxLength: 2048, description: 'The page that the contact writes from.' })),
    ),
  }),
)

export const MessengerReply = named(
  'messenger_reply_request',
  Type.Object({
    ...content,
    quick_reply_uuid: Type.Optional(
      Nullable(Type.String({ maxLength: 255, description: 'Picks an option that was offered; its text is the body.' })),
    ),
  }),
)
export type MessengerReply = Static<typeof MessengerReply>

/** Renders a body and attachments with their links. */
export type MessengerDisplay = Pick<Display, 'body' | 'linked' | 'attachments'>

const presentContent = (row: ContentRow, { body, attachments }: MessengerDisplay) => ({
  type: 'conversation_part' as const,
  body: row.body && body(row.body, row.attachments),
  created_at: epoch(row.created_at),
  author: {
    type: row.author_type,
    id: row.author_id,
    name: row.author_name,
    avatar: row.author_avatar_url ? { type: 'avatar' as const, image_url: row.author_avatar_url } : null,
  },
  attachments: attachments(row.attachments),
})

export const presentOpening = (row: ContentRow & { source_id: string }, display: MessengerDisplay): MessengerPart => ({
  ...presentContent(row, display),
  id: `message-${row.source_id}`,
  part_type: 'message',
})

export const presentPart = (row: Omit<PartRow, 'conversation_id'>, display: MessengerDisplay): MessengerPart => ({
  ...presentContent(row, display),
  id: row.id,
  part_type: row.part_type === 'quick_reply' ? 'quick_reply' : 'comment',
  ...(row.trimmed && { trimmed: display.linked(row.trimmed) }),
  ...(row.metadata.quick_reply_options && { quick_reply_options: row.metadata.quick_reply_options }),
  ...(row.metadata.quick_reply_uuid && { quick_reply_uuid: row.metadata.quick_reply_uuid }),
})

const presentCommon = (row: ConversationRow, types: Types, display: MessengerDisplay) => ({
  type: 'conversation' as const,
  id: row.id,
  created_at: epoch(row.created_at),
  updated_at: epoch(row.last_message_at),
  state: row.state,
  title: row.title,
  unread_count: row.unread_count,
  ...presentMessengerTicket(row, types, display.attachments),
})

type Types = ReadonlyMap<string, TicketTypeRow>
type ShownParts = { parts: readonly PartRow[]; total_count: number; rating: RatingRow | undefined; types: Types }

export const presentConversation = (
  row: ConversationRow,
  { parts, total_count, rating, types }: ShownParts,
  display: MessengerDisplay,
): Static<typeof MessengerConversation> => ({
  ...presentCommon(row, types, display),
  parts: [presentOpening(row, display), ...parts.map((part) => presentPart(part, display))],
  total_count: total_count + 1,
  rating: rating ? presentMessengerRating(rating) : null,
})

type ShownList = { last_parts: readonly PartRow[]; types: Types; unread_count: number; last_event_id: number }

export const presentConversations = (
  page: Page,
  result: PageResult<ConversationRow>,
  { last_parts, types, unread_count, last_event_id }: ShownList,
  display: MessengerDisplay,
): Static<typeof MessengerConversations> => {
  const lastOf = new Map(last_parts.map((part) => [part.conversation_id, presentPart(part, display)]))
  return {
    type: 'conversation.list',
    conversations: result.rows.map((row) => ({
      ...presentCommon(row, types, display),
      last_part: lastOf.get(row.id) ?? presentOpening(row, display),
    })),
    total_count: result.total_count,
    unread_count,
    last_event_id: String(last_event_id),
    pages: presentPages(page, result),
  }
}
