// News items over the wire.
import { type Static, Type } from 'typebox'
import { PageOf } from '#http/lists.ts'
import { Epoch, epoch, Flag, Id, Nullable, named } from '#http/types.ts'
import type { NewsItemRow, NewsStatistics as Statistics } from './queries.ts'

const State = Type.Enum(['draft', 'live'], { description: 'A draft is shown to nobody.' })

export const NewsItem = named(
  'news_item',
  Type.Object({
    id: Type.String(),
    type: Type.Literal('news-item'),
    workspace_id: Type.String(),
    title: Type.String(),
    body: Type.String({ description: 'HTML.' }),
    sender_id: Type.Integer(),
    state: State,
    labels: Type.Array(Type.String(), { description: 'In alphabetical order.' }),
    cover_image_url: Nullable(Type.String()),
    reactions: Type.Array(Nullable(Type.String()), {
      description: 'What contacts can react with; null for a place without an emoji.',
    }),
    deliver_silently: Type.Boolean({ description: 'The item does not count as unread.' }),
    created_at: Type.Integer(),
    updated_at: Type.Integer(),
    newsfeed_assignments: Type.Array(
      named(
        'newsfeed_assignment',
        Type.Object({
          newsfeed_id: Type.Integer(),
          published_at: Type.Optional(Type.Integer({ description: 'Absent until the item is live.' })),
        }),
      ),
    ),
  }),
)

export const NewsItemList = named('news_item_list', PageOf(NewsItem))

export const DeletedNewsItem = named(
  'news_item_deleted',
  Type.Object({ id: Type.String(), object: Type.Literal('news-item'), deleted: Type.Literal(true) }),
)

/** Of a body, in characters. */
export const MAX_BODY = 100_000

/** What is absent stays as it is. */
export const NewsItemRequest = named(
  'news_item_request',
  Type.Object({
    title: Type.String({ minLength: 1, maxLength: 255 }),
    sender_id: Type.Unsafe<string>({ ...Id, description: 'The id of a teammate.' }),
    body: Type.Optional(Nullable(Type.String({ description: 'HTML or plain text.' }))),
    state: Type.Optional(State),
    deliver_silently: Type.Optional(Flag),
    labels: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 255 }), { maxItems: 50 })),
    reactions: Type.Optional(Type.Array(Nullable(Type.String({ minLength: 1, maxLength: 20 })), { maxItems: 10 })),
    cover_image_url: Type.Optional(
      Nullable(
        Type.String({
          pattern: '^https?://[^\\s/]+/\\S*\\.(jpg|png)$',
          maxLength: 2_000,
          examples: ['https://example.com/cover.jpg'],
        }),
      ),
    ),
    newsfeed_assignments: Type.Optional(
      Type.Array(
        Type.Object({
          newsfeed_id: Type.Unsafe<string>({ ...Id, description: 'The id of a newsfeed.' }),
          published_at: Type.Optional(
            Nullable(
              Type.Unsafe<number>({ ...Epoch, description: 'Unix seconds. A time in the future schedules it.' }),
            ),
          ),
        }),
        { maxItems: 100 },
      ),
    ),
  }),
)
export type NewsItemRequest = Static<typeof NewsItemRequest>

export const NewsStatistics = named(
  'news_statistics',
  Type.Object({
    type: Type.Literal('news_statistics'),
    id: Type.String(),
    contacts: Type.Integer({ description: 'How many contacts saw it.' }),
    reactions: Type.Array(Type.Object({ reaction: Type.String(), count: Type.Integer() })),
  }),
)

export const presentNewsItem = (workspace_id: string, item: NewsItemRow): Static<typeof NewsItem> => ({
  id: item.id,
  type: 'news-item',
  workspace_id,
  title: item.title,
  body: item.body,
  sender_id: Number(item.sender_id),
  state: item.state,
  labels: item.labels,
  cover_image_url: item.cover_image_url,
  reactions: item.reactions,
  deliver_silently: item.deliver_silently,
  created_at: epoch(item.created_at),
  updated_at: epoch(item.updated_at),
  newsfeed_assignments: item.assignments.map(({ newsfeed_id, published_at }) => ({
    newsfeed_id: Number(newsfeed_id),
    ...(published_at !== null && { published_at }),
  })),
})

export const presentStatistics = (id: string, { contacts, reactions }: Statistics): Static<typeof NewsStatistics> => ({
  type: 'news_statistics',
  id,
  contacts,
  reactions,
})
