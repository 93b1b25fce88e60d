// Internal articles over the wire.
import { type Static, Type } from 'typebox'
import { CursorPages, NumberedPageQuery, PageOf } from '#http/lists.ts'
import { epoch, Id, Nullable, named, Some } from '#http/types.ts'
import { AppliedTags } from '#resources/tags/schema.ts'
import type { InternalArticleRow } from './queries.ts'

const AVAILABILITIES = {
  ai_chatbot_availability: Type.Boolean(),
  ai_copilot_availability: Type.Boolean(),
  ai_sales_agent_availability: Type.Boolean(),
}

export const InternalArticle = named(
  'internal_article',
  Type.Object({
    id: Type.String(),
    title: Type.String(),
    body: Nullable(Type.String({ description: 'HTML.' })),
    body_markdown: Nullable(Type.String()),
    owner_id: Type.Integer(),
    author_id: Type.Integer(),
    locale: Type.String(),
    folder_id: Nullable(Type.Integer()),
    audience_ids: Type.Array(Type.Integer()),
    ...AVAILABILITIES,
    tags: AppliedTags,
    created_at: Type.Integer(),
    updated_at: Type.Integer(),
  }),
)

export const InternalArticleList = named('internal_article_list', PageOf(InternalArticle))

export const InternalArticleSearchResult = named(
  'internal_article_search_response',
  Type.Object({
    type: Type.Literal('list'),
    total_count: Type.Integer(),
    data: Type.Object({ internal_articles: Type.Array(InternalArticle) }),
    pages: CursorPages,
  }),
)

export const SearchQuery = Type.Object({
  phrase: Type.Optional(Type.String({ maxLength: 500, description: 'Words that the articles have.' })),
  folder_id: Type.Optional(Id),
  ...NumberedPageQuery.properties,
})

export const DeletedInternalArticle = named(
  'deleted_internal_article_object',
  Type.Object({ id: Type.String(), object: Type.Literal('internal_article'), deleted: Type.Literal(true) }),
)

/** `author_id` and `owner_id` are checked by `save.ts`, whose errors have Intercom's text. */
const FIELDS = {
  title: Type.String({ minLength: 1, maxLength: 255, pattern: '\\S' }),
  body: Nullable(Type.String({ description: 'HTML; or give `body_markdown`.' })),
  body_markdown: Nullable(Type.String()),
  author_id: Id,
  owner_id: Id,
  locale: Type.String({ maxLength: 16 }),
  folder_id: Nullable(Id),
  audience_ids: Nullable(Type.Array(Type.Integer(), { maxItems: 100 })),
  ...AVAILABILITIES,
}
export const InternalArticleRequest = named('internal_article_request', Some(FIELDS))
export type InternalArticleRequest = Static<typeof InternalArticleRequest>
export const NewInternalArticleRequest = named(
  'new_internal_article_request',
  Type.Object({ ...InternalArticleRequest.properties, title: FIELDS.title }),
)
export type NewInternalArticleRequest = Static<typeof NewInternalArticleRequest>

export const presentInternalArticle = (article: InternalArticleRow): Static<typeof InternalArticle> => ({
  id: article.id,
  title: article.title,
  body: article.body,
  body_markdown: article.body_markdown,
  owner_id: Number(article.owner_id),
  author_id: Number(article.author_id),
  locale: article.locale,
  folder_id: article.folder_id === null ? null : Number(article.folder_id),
  audience_ids: article.audience_ids.map(Number),
  ai_chatbot_availability: article.ai_chatbot_availability,
  ai_copilot_availability: article.ai_copilot_availability,
  ai_sales_agent_availability: article.ai_sales_agent_availability,
  tags: { type: 'tag.list', tags: article.tags },
  created_at: epoch(article.created_at),
  updated_at: epoch(article.updated_at),
})
