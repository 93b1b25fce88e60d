// The schema of a version of an article.
import { type Static, Type } from 'typebox'
import { NumberedPageQuery, PageOf } from '#http/lists.ts'
import { epoch, Nullable, named } from '#http/types.ts'
import type { VersionRow, VersionSummaryRow } from './queries.ts'

const summary = {
  type: Type.Literal('article_version'),
  id: Type.String(),
  article_id: Type.String(),
  title: Type.String(),
  description: Nullable(Type.String()),
  author_id: Type.String(),
  created_by_id: Nullable(Type.String()),
  created_via: Type.String({ description: 'api or web' }),
  from_version_id: Nullable(Type.String({ description: 'The version that was changed; null for the first one.' })),
  state: Type.Enum(['published', 'draft'], { description: 'published: readers see this version now.' }),
  created_at: Type.Integer(),
}

export const VersionSummary = named('article_version_summary', Type.Object(summary))

export const ArticleVersion = named(
  'article_version',
  Type.Object({
    ...summary,
    body: Nullable(Type.String()),
    body_markdown: Nullable(Type.String()),
    updated_at: Type.Integer(),
  }),
)

export const VersionList = named('article_version_list', PageOf(VersionSummary))

const locale = Type.Optional(Type.String({ maxLength: 20 }))

export const LocaleQuery = Type.Object({ locale })
export const VersionsQuery = Type.Object({ ...NumberedPageQuery.properties, locale })

export const presentSummary = (row: VersionSummaryRow): Static<typeof VersionSummary> => ({
  type: 'article_version',
  id: row.id,
  article_id: row.article_id,
  title: row.title,
  description: row.description,
  author_id: row.author_id,
  created_by_id: row.created_by_id,
  created_via: row.created_via,
  from_version_id: row.from_version_id,
  state: row.is_live ? 'published' : 'draft',
  created_at: epoch(row.created_at),
})

/** A version never changes. */
export const presentVersion = (row: VersionRow): Static<typeof ArticleVersion> => ({
  ...presentSummary(row),
  body: row.body,
  body_markdown: row.body_markdown,
  updated_at: epoch(row.created_at),
})
