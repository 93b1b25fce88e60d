// The schemas of side conversations.
import { type Static, Type } from 'typebox'
import type { Page } from '#db/page.ts'
import { Id, named } from '#http/types.ts'
import { ATTACHING } from '#resources/attachments/schema.ts'
import type { Display } from '../display.ts'
import { asPart } from '../parts/first-message.ts'
import type { PartRow } from '../parts/queries.ts'
import { Part, presentPart } from '../parts/schema.ts'
import { HtmlBody } from '../replies/schema.ts'
import type { SideRow } from './queries.ts'

export const MAX_RECIPIENTS = 20

export const SideRequest = Type.Object({
  admin_id: Id,
  to: Type.Optional(
    Type.Array(Type.String({ maxLength: 320 }), {
      maxItems: MAX_RECIPIENTS,
      description: 'Email addresses. Without any, only teammates see it.',
    }),
  ),
  subject: Type.String({ minLength: 1, maxLength: 998 }),
  body: HtmlBody,
})
export type SideRequest = Static<typeof SideRequest>

export const SideReplyRequest = Type.Object({ admin_id: Id, body: Type.Optional(HtmlBody), ...ATTACHING })
export type SideReplyRequest = Static<typeof SideReplyRequest>

export const ByConversationAndSide = Type.Object({ conversation_id: Type.String(), id: Type.String() })

export const SideQuery = Type.Object({
  page: Type.Optional(Type.Integer({ description: 'The number of the page, from 1.' })),
  per_page: Type.Optional(Type.Integer({ description: 'At most 50.' })),
})

export const SideConversation = named(
  'side_conversation_summary',
  Type.Object({
    side_conversation_id: Type.String(),
    conversation_parts: Type.Array(Part, { description: 'The first message, and the newest 500 parts.' }),
    total_count: Type.Integer(),
  }),
)

export const SideConversationList = named(
  'side_conversation_list',
  Type.Object({
    type: Type.Literal('side_conversation.list'),
    side_conversations: Type.Array(SideConversation),
    total_count: Type.Integer(),
    pages: Type.Object({
      type: Type.Literal('pages'),
      page: Type.Integer(),
      per_page: Type.Integer(),
      total_pages: Type.Integer(),
    }),
  }),
)

export type ShownSide = { side: SideRow; parts: readonly (PartRow & { total_count: number })[] }

export const presentSide = ({ side, parts }: ShownSide, display: Display): Static<typeof SideConversation> => ({
  side_conversation_id: side.id,
  conversation_parts: [asPart(side), ...parts].map((part) => presentPart(part, display)),
  total_count: (parts[0]?.total_count ?? 0) + 1,
})

export const presentSides = (
  { number: page, per_page }: Page,
  total_count: number,
  shown: readonly ShownSide[],
  display: Display,
): Static<typeof SideConversationList> => ({
  type: 'side_conversation.list',
  side_conversations: shown.map((one) => presentSide(one, display)),
  total_count,
  pages: { type: 'pages', page, per_page, total_pages: Math.ceil(total_count / per_page) },
})
