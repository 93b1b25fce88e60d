// Searches all content.
import type { Static } from 'typebox'
import type { Page, PageResult } from '#db/page.ts'
import type { Fragment } from '#db/sql.ts'
import type { Found } from '#resources/content-index/document-queries.ts'
import { findContent } from '#resources/content-index/find.ts'
import { hasTag } from '#resources/tags/fragments.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { type Filters, readFilters } from './read-filters.ts'
import type { SearchQuery } from './schema.ts'

type Query = Static<typeof SearchQuery>

export type ContentTitle = { id: string; title: string; locale: string }
/** `contents` are those of an article in all locales, that of its default locale first. */
export type FoundContent = Found & { title: string; contents: ContentTitle[] }

/** Best match first; without words, last updated first. @throws a 422 for a wrong filter */
export async function pageOfContent(workspace: Workspace, query: Query, page: Page): Promise<PageResult<FoundContent>> {
  const conditions = conditionsOf(workspace, readFilters(query), query)
  const { rows, next, total_count } = await findContent(workspace, { phrase: query.query ?? '', conditions }, page)
  return { rows: await withTitles(workspace, rows), next, total_count }
}

function conditionsOf(workspace: Workspace, filters: Filters, query: Query): Fragment {
  const { sql } = workspace
  const among = (column: Fragment, ids: readonly string[] | undefined) =>
    ids ? sql`${column} = any(${[...ids]}::bigint[])` : sql`true`
  const is = (column: Fragment, value: boolean | undefined) =>
    value === undefined ? sql`true` : sql`${column} = ${value}`
  const since = (column: Fragment, after: number | undefined, before: number | undefined) => sql`
    ${after === undefined ? sql`true` : sql`${column} >= to_timestamp(${after}::float8)`}
    and ${before === undefined ? sql`true` : sql`${column} < to_timestamp(${before}::float8 + 1)`}`
  return sql`
    is_active
    and ${filters.types ? sql`type = any(${filters.types}::text[])` : sql`true`}
    and ${is(sql`is_published`, filters.is_published)}
    and ${filters.locales ? sql`locale = any(${filters.locales}::text[])` : sql`true`}
    and ${filters.tag_ids ? isTagged(workspace, filters.tag_ids) : sql`true`}
    and ${filters.not_tag_ids ? sql`not ${isTagged(workspace, filters.not_tag_ids)}` : sql`true`}
    and ${among(sql`folder_id`, filters.folder_ids)}
    and ${among(sql`created_by_id`, filters.created_by_ids)}
    and ${among(sql`updated_by_id`, filters.updated_by_ids)}
    and ${is(sql`ai_copilot_availability`, filters.copilot)}
    and ${is(sql`ai_chatbot_availability`, filters.chatbot)}
    and ${is(sql`ai_sales_agent_availability`, filters.sales_agent)}
    and ${since(sql`created_at`, query.created_at_after, query.created_at_before)}
    and ${since(sql`updated_at`, query.updated_at_after, query.updated_at_before)}`
}

/** The tags of an article are those of all its contents. */
function isTagged(workspace: Workspace, tag_ids: readonly string[]): Fragment {
  const { sql } = workspace
  const own = (type: string) => sql`type = ${type} and ${hasTag(workspace, type, sql`documents.id::text`, tag_ids)}`
  return sql`(
    type = 'article_content' and ${hasTag(workspace, 'article', sql`documents.article_id::text`, tag_ids)}
    or ${own('internal_article')} or ${own('content_snippet')} or ${own('external_content')})`
}

async function withTitles(workspace: Workspace, found: readonly Found[]): Promise<FoundContent[]> {
  if (!found.length) return []
  const { sql, id } = workspace
  const documents = await sql<(ContentTitle & { type: string; article_id: string | null; is_default: boolean })[]>`
    select documents.type, documents.id, article_id, title, locale, coalesce(locale = default_locale, false) as is_default
    from unnest(${found.map(({ type }) => type)}::text[], ${found.map((one) => one.id)}::bigint[]) as found (type, id)
    join content_documents documents on documents.workspace_id = ${id} and (
      documents.type = found.type and documents.id = found.id or found.type = 'article' and article_id = found.id)
    left join articles on articles.workspace_id = ${id} and articles.id = article_id
    order by is_default desc, documents.id`
  return found.map(({ type, id }) => {
    const own = documents.filter((document) =>
      type === 'article' ? document.article_id === id : document.type === type && document.id === id,
    )
    const contents = own.map((content) => ({ id: content.id, title: content.title, locale: content.locale }))
    return { type, id, title: contents[0]?.title ?? '', contents }
  })
}
