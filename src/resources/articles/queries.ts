// The SQL that reads articles, with their contents in all locales.
import type { Static } from 'typebox'
import { beyond, cursorValue, inOrder, newest, type Page, type PageResult, pageResult } from '#db/page.ts'
import { type Fragment, one, rowId } from '#db/sql.ts'
import { found } from '#http/errors.ts'
import { type HelpCenterOfContent, helpCenterOf } from '#resources/help-centers/queries.ts'
import { urlOfContent } from '#resources/help-centers/urls.ts'
import { appliedTagsOf } from '#resources/tags/fragments.ts'
import type { AppliedTag } from '#resources/tags/schema.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import type { ContentSettings, State, Texts } from './content-change.ts'

/** Times are in Unix seconds. */
export type ContentRow = Texts &
  ContentSettings & {
    id: string
    locale: string
    state: State
    created_by_id: number | null
    updated_by_id: number | null
    version_id: string
    draft_version_id: string | null
    draft_updated_at: number | null
    /** Of a draft that is shown instead: its address has the title that readers see. */
    live_title?: string
    created_at: number
    updated_at: number
  }

export type ArticleRow = {
  id: string
  default_locale: string
  folder_id: string | null
  first_published_at: Date | null
  scheduled_publish_at: Date | null
  scheduled_unpublish_at: Date | null
  created_at: Date
  updated_at: Date
  contents: ContentRow[]
  /** Its collections, as they were given. */
  parent_ids: string[]
  /** That of its first collection, or the default one. */
  help_center: HelpCenterOfContent
  tags: Static<typeof AppliedTag>[]
}

export type StatisticsRow = {
  views: string
  conversations: string
  happy_reactions: string
  neutral_reactions: string
  sad_reactions: string
  fin_involvements: string
  fin_resolutions: string
}

/** The columns of an article. `from articles` is part of the statement. */
export const articleColumns = (workspace: Workspace): Fragment => {
  const { sql, id } = workspace
  return sql`
    articles.id, default_locale, folder_id, first_published_at, scheduled_publish_at, scheduled_unpublish_at, created_at,
    updated_at,
    (
      select json_agg(json_build_object(
        'id', contents.id::text, 'locale', locale, 'title', title, 'description', description, 'body', body,
        'body_markdown', body_markdown, 'body_text', body_text, 'author_id', author_id::text, 'state', state,
        'audience_ids', audience_ids, 'ai_chatbot_availability', ai_chatbot_availability,
        'ai_copilot_availability', ai_copilot_availability, 'ai_sales_agent_availability', ai_sales_agent_availability,
        'created_by_id', created_by_id, 'updated_by_id', updated_by_id, 'version_id', version_id::text,
        'draft_version_id', draft_version_id::text,
        'draft_updated_at', (
          select floor(extract(epoch from drafts.created_at)) from article_versions drafts
          where drafts.workspace_id = ${id} and drafts.id = draft_version_id),
        'created_at', floor(extract(epoch from contents.created_at)),
        'updated_at', floor(extract(epoch from contents.updated_at))) order by contents.id)
      from article_contents contents
      where contents.workspace_id = ${id} and contents.article_id = articles.id
    ) as contents,
    array(
      select collection_id::text from article_collections placed
      where placed.workspace_id = ${id} and placed.article_id = articles.id order by position
    ) as parent_ids,
    ${helpCenterOf(workspace, helpCenterIdOf(workspace, sql`articles.id`))} as help_center,
    ${appliedTagsOf(workspace, 'article', sql`articles.id::text`)} as tags`
}

/** The id of an article's help center, as SQL. `article_id` is SQL. */
export const helpCenterIdOf = ({ sql, id }: Workspace, article_id: Fragment): Fragment => sql`
  coalesce(
    (
      select collections.help_center_id from article_collections placed
      join collections on collections.workspace_id = placed.workspace_id and collections.id = placed.collection_id
      where placed.workspace_id = ${id} and placed.article_id = ${article_id} order by placed.position limit 1
    ),
    (select defaults.id from help_centers defaults where defaults.workspace_id = ${id} and defaults.is_default))`

/** Returns the public addresses of contents of articles, by the content's id. Those that are not public have none. */
export async function listUrls(
  workspace: Workspace,
  content_ids: readonly string[],
  public_url: string,
): Promise<Map<string, string>> {
  if (!content_ids.length) return new Map()
  const { sql, id } = workspace
  const rows = await sql<
    { id: string; article_id: string; locale: string; title: string; center: HelpCenterOfContent }[]
  >`
    select id, article_id, locale, title, ${helpCenterOf(workspace, helpCenterIdOf(workspace, sql`contents.article_id`))} as center
    from article_contents contents
    where workspace_id = ${id} and id = any(${[...content_ids]}::bigint[]) and state = 'published'`
  return new Map(
    rows
      .filter(({ center }) => center.website_turned_on)
      .map(({ id, article_id, center, ...content }) => [
        id,
        urlOfContent(center, public_url, { ...content, kind: 'articles', id: article_id }),
      ]),
  )
}

/** Last updated first. The contents are read for the rows of the page only, not for those before it. */
export async function pageOfArticles(workspace: Workspace, page: Page): Promise<PageResult<ArticleRow>> {
  const { sql, id } = workspace
  const order = newest(workspace, 'updated_at')
  const rows = await sql<(ArticleRow & { cursor_value: string })[]>`
    select ${articleColumns(workspace)}, cursor_value
    from (
      select id as listed_id, ${cursorValue(workspace, order)} from articles
      where workspace_id = ${id} and ${beyond(workspace, order, page)} ${inOrder(workspace, order, page)}
    ) listed
    join articles on articles.workspace_id = ${id} and articles.id = listed_id
    order by articles.updated_at desc, articles.id desc`
  return pageResult(rows, page, async () => {
    const [{ count }] = await sql<[{ count: number }]>`
      select count(*)::integer as count from articles where workspace_id = ${id}`
    return count
  })
}

export const findArticle = (workspace: Workspace, id: string) =>
  one(workspace.sql<ArticleRow[]>`
    select ${articleColumns(workspace)} from articles where workspace_id = ${workspace.id} and id = ${rowId(id)}`)

/** @throws a 404 with the message if there is no such article. */
export const theArticle = async (workspace: Workspace, id: string, message?: string): Promise<ArticleRow> =>
  found(await findArticle(workspace, id), message)

/** Locks the article until the transaction ends, so that the second of two concurrent changes sees the first. */
export async function lockArticle(workspace: Workspace, id: string): Promise<ArticleRow | undefined> {
  const { count } = await workspace.sql`
    select from articles where workspace_id = ${workspace.id} and id = ${rowId(id)} for no key update`
  return count ? findArticle(workspace, id) : undefined
}

export const findArticleOfContent = (workspace: Workspace, content_id: string) =>
  one(workspace.sql<{ article_id: string }[]>`
    select article_id from article_contents where workspace_id = ${workspace.id} and id = ${rowId(content_id)}`)

export const findStatistics = (workspace: Workspace, id: string) =>
  one(workspace.sql<StatisticsRow[]>`
    select views, conversations, happy_reactions, neutral_reactions, sad_reactions, fin_involvements, fin_resolutions
    from article_statistics where workspace_id = ${workspace.id} and article_id = ${id}`)

/** Returns the workspaces with an article whose time to be published or unpublished has come, on their clocks. */
export async function listWorkspacesWithDueArticles({ sql }: Pick<Workspace, 'sql'>, real: Date): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`
    select distinct articles.workspace_id as id
    from articles join workspaces on workspaces.id = articles.workspace_id
    where (scheduled_publish_at is not null or scheduled_unpublish_at is not null)
      and coalesce(scheduled_publish_at, scheduled_unpublish_at)
        <= coalesce(clock_frozen_at, ${real}::timestamptz + clock_ahead_seconds * interval '1 second')`
  return rows.map(({ id }) => id)
}

/** Locks articles whose time has come. Those that another transaction is changing are left to it. */
export const lockDueArticles = ({ sql, id, now }: Workspace, limit: number) => sql<{ id: string }[]>`
  select id from articles
  where workspace_id = ${id} and (scheduled_publish_at is not null or scheduled_unpublish_at is not null)
    and coalesce(scheduled_publish_at, scheduled_unpublish_at) <= ${now()}
  order by coalesce(scheduled_publish_at, scheduled_unpublish_at), id limit ${limit}
  for no key update skip locked`
