// News as messengers show them.
import { type Static, Type } from 'typebox'
import type { Page, PageResult } from '#db/page.ts'
import { CursorPages, presentPages } from '#http/lists.ts'
import { epoch, Nullable, named } from '#http/types.ts'
import type { ReadNewsRow } from '#resources/news/reader-queries.ts'

const MessengerNewsItem = named(
  'messenger_news_item',
  Type.Object({
    type: Type.Literal('news-item'),
    id: Type.String(),
    title: Type.String(),
    body: Type.String({ description: 'HTML that is safe to show.' }),
    sender_name: Nullable(Type.String()),
    labels: Type.Array(Type.String()),
    cover_image_url: Nullable(Type.String()),
    reactions: Type.Array(Type.String(), { description: 'What the contact can react with.' }),
    reaction: Nullable(Type.String({ description: 'What the contact has reacted with.' })),
    read: Type.Boolean(),
    published_at: Type.Integer(),
  }),
)

export const MessengerNews = named(
  'messenger_news',
  Type.Object({
    type: Type.Literal('list'),
    data: Type.Array(MessengerNewsItem),
    total_count: Type.Integer(),
    unread_count: Type.Integer({ description: 'Without items that are delivered silently.' }),
    pages: CursorPages,
  }),
)

export const ReadNews = named(
  'messenger_news_read',
  Type.Object({ type: Type.Literal('news'), unread_count: Type.Integer() }),
)

export const ReactionRequest = named(
  'messenger_news_reaction_request',
  Type.Object({
    reaction: Nullable(
      Type.String({ maxLength: 20, description: 'One of the reactions of the item; null removes it.' }),
    ),
  }),
)

export const ReactionAnswer = named(
  'messenger_news_reaction',
  Type.Object({ type: Type.Literal('news-item'), id: Type.String(), reaction: Nullable(Type.String()) }),
)

export const presentNews = (
  page: Page,
  result: PageResult<ReadNewsRow>,
  unread_count: number,
): Static<typeof MessengerNews> => ({
  type: 'list',
  data: result.rows.map(({ id, title, body, sender_name, labels, cover_image_url, ...row }) => ({
    ...{ type: 'news-item', id, title, body, sender_name, labels, cover_image_url },
    reactions: row.reactions.filter((reaction) => reaction !== null),
    reaction: row.reaction,
    read: row.is_seen,
    published_at: epoch(row.published_at),
  })),
  total_count: result.total_count,
  unread_count,
  pages: presentPages(page, result),
})
