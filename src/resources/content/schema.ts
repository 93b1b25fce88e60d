// Content search and bulk actions over the wire.
import { Type } from 'typebox'
import { PagesLink } from '#http/lists.ts'
import { Id, Nullable, named, Some } from '#http/types.ts'

const List = Type.Union([Type.String({ maxLength: 10_000 }), Type.Array(Type.String(), { maxItems: 1_000 })])
const listOf = (description: string) =>
  Type.Optional(
    Type.Unsafe<string | string[]>({ ...List, description: `${description} Separated by commas, or repeated.` }),
  )
/** As `Epoch` has them. */
const TIMES = { minimum: 0, maximum: 32_503_680_000 }
const text = (description: string) => Type.Optional(Type.String({ description }))
const time = (description: string) => Type.Optional(Type.Integer({ ...TIMES, description }))

/** What is no such list is a 422 that names the field: see `read-filters.ts`. */
export const SearchQuery = Type.Object({
  query: Type.Optional(Type.String({ maxLength: 500, description: 'Words; without them, the last updated content.' })),
  page: Type.Optional(Type.Integer({ description: 'The number of the page, from 1.' })),
  per_page: Type.Optional(Type.Integer({ description: 'Default: 10, at most 50.' })),
  states: listOf('published, draft.'),
  locales: listOf('Locales such as en.'),
  tag_ids: listOf('Ids of tags.'),
  tag_operator: text('IN (default): with one of tag_ids; NIN: with none of them.'),
  any_tag_ids: listOf('Ids of tags of which content has one.'),
  folder_ids: listOf('Ids of folders; needs folder_entity_type.'),
  folder_entity_type: text('folder'),
  content_types: listOf('snippet, external_content, file_source_content, internal_article, article.'),
  copilot_state: text('on or off.'),
  fin_service_state: text('on or off.'),
  fin_sales_state: text('on or off.'),
  created_by_ids: listOf('Ids of admins.'),
  last_updated_by_ids: listOf('Ids of admins.'),
  created_at_after: time('Unix seconds.'),
  created_at_before: time('Unix seconds.'),
  updated_at_after: time('Unix seconds.'),
  updated_at_before: time('Unix seconds.'),
})

const DefaultItem = named(
  'content_search_default_item',
  Type.Object({
    type: Type.Enum(['content_snippet', 'external_content', 'file_source_content', 'internal_article']),
    id: Type.String(),
    title: Type.String(),
  }),
)

const ArticleContentItem = named(
  'content_search_article_content_item',
  Type.Object({
    type: Type.Literal('article_content'),
    id: Type.String(),
    title: Type.String(),
    locale: Type.String(),
  }),
)

const ArticleItem = named(
  'content_search_article_item',
  Type.Object({
    type: Type.Literal('article'),
    id: Type.String(),
    title: Type.String(),
    contents: Type.Array(ArticleContentItem),
  }),
)

export const SearchResponse = named(
  'content_search_response',
  Type.Object({
    type: Type.Literal('list'),
    total_count: Type.Integer(),
    pages: Type.Object({
      ...PagesLink.properties,
      prev: Nullable(Type.String({ description: 'The URL of the page before.' })),
    }),
    data: Type.Array(Type.Union([ArticleItem, DefaultItem])),
  }),
)

const Ids = Type.Array(Id)

/** Any body passes: each wrong one has a 422 of its own. See `read-bulk.ts`. */
export const BulkActionBody = Type.Unsafe<unknown>({
  anyOf: [
    named(
      'content_bulk_action_request',
      Type.Object({
        action: Type.Enum(['publish', 'unpublish', 'delete', 'set_availability', 'set_audience', 'update_tags']),
        content_ids: Type.Array(
          Type.Object({
            type: Type.Enum([
              ...['article', 'article_content', 'content_snippet'],
              ...['external_content', 'file_source_content', 'internal_article'],
            ]),
            id: Id,
          }),
          { maxItems: 1_000 },
        ),
        availability: Type.Optional(
          Some({ ai_agent: Type.Boolean(), copilot: Type.Boolean(), sales_agent: Type.Boolean() }),
        ),
        audience: Type.Optional(Some({ add_segment_ids: Ids, remove_segment_ids: Ids, remove_all: Type.Boolean() })),
        tags: Type.Optional(Some({ add_tag_ids: Ids, remove_tag_ids: Ids })),
      }),
    ),
    {},
  ],
})

export const BulkActionResponse = named(
  'content_bulk_action_response',
  Type.Object({ type: Type.Literal('content_bulk_action'), status: Type.Literal('queued') }),
)
