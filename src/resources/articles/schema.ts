// The schema of an article, and how it is shown.
import { type Static, Type } from 'typebox'
import { CursorPages, PageOf } from '#http/lists.ts'
import { Id, Nullable, named } from '#http/types.ts'
import { TranslationsOf, TranslationsRequestOf } from '#resources/help-centers/translations.ts'
import { AppliedTags } from '#resources/tags/schema.ts'

const StateName = Type.Enum(['published', 'draft'])

const availabilities = {
  ai_chatbot_availability: Type.Boolean(),
  ai_copilot_availability: Type.Boolean(),
  ai_sales_agent_availability: Type.Boolean(),
}

/** What the article and each of its translations have. */
const shared = {
  title: Type.String(),
  description: Nullable(Type.String()),
  body: Nullable(Type.String({ description: 'HTML.' })),
  body_markdown: Nullable(Type.String()),
  author_id: Type.Integer(),
  state: StateName,
  created_at: Type.Integer(),
  updated_at: Type.Integer(),
  has_unpublished_changes: Type.Boolean({ description: 'Whether a draft is staged on top of the published content.' }),
  draft_updated_at: Nullable(Type.Integer()),
  url: Nullable(Type.String({ description: 'Null if it is not published, or the help center is off.' })),
  ...availabilities,
  created_by_id: Nullable(Type.Integer()),
  updated_by_id: Nullable(Type.Integer()),
}

const AudienceIds = Type.Array(Type.Integer())

const ArticleContent = named(
  'article_content',
  Type.Object({
    type: Type.Literal('article_content'),
    ...shared,
    url: Type.Optional(Type.String({ description: 'Absent if it is not published, or the help center is off.' })),
    audience_ids: AudienceIds,
  }),
)

const item = {
  type: Type.Literal('article'),
  id: Type.String(),
  workspace_id: Type.String(),
  parent_ids: Type.Array(Type.Integer()),
  tags: AppliedTags,
  ...shared,
  audience_ids: Type.Optional(Type.Array(Type.Integer(), { description: 'Of a help center with one locale.' })),
  folder_id: Nullable(Type.Integer()),
  exclude_from_article_suggestions: Type.Boolean(),
  help_center_audience: Nullable(Type.String()),
  scheduled_publish_at: Nullable(Type.Integer()),
  scheduled_unpublish_at: Nullable(Type.Integer()),
  default_locale: Type.Optional(Type.String({ description: 'Of a help center with several locales.' })),
  translated_content: Type.Optional(
    named('article_translated_content', TranslationsOf('article_translated_content', ArticleContent)),
  ),
}

export const ArticleListItem = named('article_list_item', Type.Object(item))

export const ArticleStatistics = named(
  'article_statistics',
  Type.Object({
    type: Type.Literal('article_statistics'),
    views: Type.Integer(),
    conversations: Type.Integer(),
    conversions: Type.Integer({ description: 'The same as `conversations`.' }),
    reactions: Type.Integer(),
    happy_reaction_percentage: Type.Number(),
    neutral_reaction_percentage: Type.Number(),
    sad_reaction_percentage: Type.Number(),
    fin_involvements: Type.Integer(),
    fin_resolutions: Type.Integer(),
    fin_resolution_rate: Type.Number(),
  }),
)

export const Article = named('article', Type.Object({ ...item, statistics: Type.Optional(ArticleStatistics) }))

export const ArticleList = named('article_list', PageOf(ArticleListItem))

const Highlighted = Type.Array(
  named('article_search_highlight', Type.Object({ type: Type.Enum(['highlight', 'plain']), text: Type.String() })),
)

export const ArticleHighlights = named(
  'article_search_highlights',
  Type.Object({
    article_id: Type.String(),
    highlighted_title: Highlighted,
    highlighted_summary: Type.Array(Highlighted),
  }),
)

export const ArticleSearchResult = named(
  'article_search_response',
  Type.Object({
    type: Type.Literal('list'),
    total_count: Type.Integer(),
    data: Type.Object({ articles: Type.Array(Article), highlights: Type.Array(ArticleHighlights) }),
    pages: CursorPages,
  }),
)

export const DeletedArticle = named(
  'deleted_article_object',
  Type.Object({ id: Type.String(), object: Type.Literal('article'), deleted: Type.Literal(true) }),
)

/** Answers have them, and requests that write an answer back: they are ignored. */
const ignored = Object.fromEntries(
  [
    ...['type', 'created_at', 'updated_at', 'has_unpublished_changes', 'draft_updated_at', 'url'],
    ...['created_by_id', 'updated_by_id'],
  ].map((name) => [name, Type.Optional(Type.Unknown())]),
)

/** What a request can say of the article and of each translation. */
const writable = {
  title: Type.Optional(Type.String({ maxLength: 255 })),
  description: Type.Optional(Nullable(Type.String({ maxLength: 10_000 }))),
  body: Type.Optional(Nullable(Type.String({ description: 'HTML or plain text. Not together with `body_markdown`.' }))),
  body_markdown: Type.Optional(Nullable(Type.String())),
  author_id: Type.Optional(Id),
  state: Type.Optional(StateName),
  audience_ids: Type.Optional(Nullable(Type.Array(Type.Integer(), { maxItems: 100 }))),
  ...Type.Partial(Type.Object(availabilities)).properties,
}

const ContentRequest = named('article_content_request', Type.Object({ ...writable, ...ignored }))
export type ContentRequest = Static<typeof ContentRequest>

const time = (description: string) => Type.Optional(Nullable(Type.String({ maxLength: 40, description })))

export const ArticleRequest = named(
  'article_request',
  Type.Object({
    ...writable,
    parent_id: Type.Optional(Nullable(Id)),
    parent_type: Type.Optional(Nullable(Type.Enum(['collection', 'section']))),
    parent_ids: Type.Optional(
      Type.Array(Id, { maxItems: 50, description: 'The collections of the article. Comes before `parent_id`.' }),
    ),
    folder_id: Type.Optional(Nullable(Id)),
    scheduled_publish_at: time('ISO 8601. Null cancels the schedule.'),
    scheduled_unpublish_at: time('ISO 8601. Null cancels the schedule.'),
    translated_content: Type.Optional(
      Nullable(named('article_translated_content_request', TranslationsRequestOf(Nullable(ContentRequest)))),
    ),
  }),
)
export type ArticleRequest = Static<typeof ArticleRequest>
