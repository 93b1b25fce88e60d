// What a messenger shows of a conversation. Of people it shows names and pictures, of the team's workings nothing.
import { type Static, Type } from 'typebox'
import type { Page, PageResult } from '#db/page.ts'
import { CursorPages, presentPages } from '#http/lists.ts'
import { epoch, Nullable, named } from '#http/types.ts'
import { ATTACHING, ShownAttachment } from '#resources/attachments/schema.ts'
import type { Display } from '#resources/conversations/display.ts'
import { QuickReplyOption } from '#resources/conversations/parts/schema.ts'
import { Body } from '#resources/conversations/replies/schema.ts'
import type { ConversationRow, PartRow, SaidRow } from './queries.ts'

export const MessengerPart = named(
  'messenger_part',
  Type.Object({
    type: Type.Literal('conversation_part'),
    id: Type.String({ description: '`message-<id>` of what the conversation began with.' }),
    part_type: Type.Enum(['message', 'comment', 'quick_reply']),
    body: Nullable(Type.String({ description: 'HTML that is safe to show.' })),
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
  updated_at: Type.Integer({ description: 'When something was last said.' }),
  state: Type.Enum(['open', 'closed', 'snoozed']),
  title: Nullable(Type.String()),
  unread_count: Type.Integer(),
}

export const MessengerConversation = named(
  'messenger_conversation',
  Type.Object({
    ...properties,
    parts: Type.Array(MessengerPart, { description: 'Oldest first; the newest 500, after what it began with.' }),
    total_count: Type.Integer({ description: 'Of parts, that included which it began with.' }),
  }),
)

export const MessengerConversations = named(
  'messenger_conversation_list',
  Type.Object({
    type: Type.Literal('conversation.list'),
    conversations: Type.Array(Type.Object({ ...properties, last_part: MessengerPart })),
    total_count: Type.Integer(),
    unread_count: Type.Integer({ description: 'In all conversations.' }),
    last_event_id: Type.String({ description: 'Where to begin the stream, so that it goes on where this list ends.' }),
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

const said = { body: Type.Optional(Nullable(Body)), ...ATTACHING }

/** Plain text, as whatever a contact writes. */
export const BeginRequest = named(
  'messenger_conversation_request',
  Type.Object({
    ...said,
    url: Type.Optional(
      Nullable(Type.String({ maxLength: 2048, description: 'The page that the contact writes from.' })),
    ),
  }),
)

export const MessengerReply = named(
  'messenger_reply_request',
  Type.Object({
    ...said,
    quick_reply_uuid: Type.Optional(
      Nullable(Type.String({ maxLength: 255, description: 'Picks an option that was offered; its text is the body.' })),
    ),
  }),
)
export type MessengerReply = Static<typeof MessengerReply>

/** How links to files are made. */
export type Linking = Pick<Display, 'body' | 'attachments'>

const presentSaid = (row: SaidRow, { body, attachments }: Linking) => ({
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

export const presentOpening = (row: SaidRow & { source_id: string }, linking: Linking): MessengerPart => ({
  ...presentSaid(row, linking),
  id: `message-${row.source_id}`,
  part_type: 'message',
})

export const presentPart = (row: Omit<PartRow, 'conversation_id'>, linking: Linking): MessengerPart => ({
  ...presentSaid(row, linking),
  id: row.id,
  part_type: row.part_type === 'quick_reply' ? 'quick_reply' : 'comment',
  ...(row.metadata.quick_reply_options && { quick_reply_options: row.metadata.quick_reply_options }),
  ...(row.metadata.quick_reply_uuid && { quick_reply_uuid: row.metadata.quick_reply_uuid }),
})

const presentCommon = ({ id, created_at, last_word_at, state, title, unread_count }: ConversationRow) => ({
  type: 'conversation' as const,
  id,
  created_at: epoch(created_at),
  updated_at: epoch(last_word_at),
  state,
  title,
  unread_count,
})

export const presentShown = (
  row: ConversationRow,
  parts: readonly PartRow[],
  total_count: number,
  linking: Linking,
): Static<typeof MessengerConversation> => ({
  ...presentCommon(row),
  parts: [presentOpening(row, linking), ...parts.map((part) => presentPart(part, linking))],
  total_count: total_count + 1,
})

export const presentShownList = (
  page: Page,
  result: PageResult<ConversationRow>,
  last_parts: readonly PartRow[],
  { unread_count, last_event_id }: { unread_count: number; last_event_id: number },
  linking: Linking,
): Static<typeof MessengerConversations> => {
  const lastOf = new Map(last_parts.map((part) => [part.conversation_id, presentPart(part, linking)]))
  return {
    type: 'conversation.list',
    conversations: result.rows.map((row) => ({
      ...presentCommon(row),
      last_part: lastOf.get(row.id) ?? presentOpening(row, linking),
    })),
    total_count: result.total_count,
    unread_count,
    last_event_id: String(last_event_id),
    pages: presentPages(page, result),
  }
}
