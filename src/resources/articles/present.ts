// How an article is shown: with the texts of its default locale, and those of all locales of a multilingual help center.
import type { Static } from 'typebox'
import { epoch, epochOrNull } from '#http/types.ts'
import { multilingual } from '#resources/help-centers/translations.ts'
import { urlOfContent } from '#resources/help-centers/urls.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { type ArticleRow, type ContentRow, findStatistics, type StatisticsRow } from './queries.ts'
import type { Article, ArticleListItem, ArticleStatistics } from './schema.ts'

/** Returns the content in the article's default locale. */
export const mainContent = ({
  contents,
  default_locale,
}: Pick<ArticleRow, 'contents' | 'default_locale'>): ContentRow =>
  contents.find(({ locale }) => locale === default_locale) as ContentRow

/** As lists show it: without statistics. */
export function presentArticleItem(
  workspace: Workspace,
  row: ArticleRow,
  public_url: string,
): Static<typeof ArticleListItem> {
  const { help_center } = row
  const main = mainContent(row)
  const has_one_locale = help_center.locales.length === 1
  const translations = row.contents.map(
    (content) => [content.locale, presentContent(row, content, public_url)] as const,
  )
  return {
    type: 'article',
    id: row.id,
    workspace_id: workspace.id,
    parent_ids: row.parent_ids.map(Number),
    tags: { type: 'tag.list', tags: row.tags },
    ...shared(row, main, public_url),
    created_at: epoch(row.created_at),
    updated_at: epoch(row.updated_at),
    ...(has_one_locale && { audience_ids: main.audience_ids }),
    folder_id: row.folder_id === null ? null : Number(row.folder_id),
    exclude_from_article_suggestions: false,
    help_center_audience: 'everyone',
    scheduled_publish_at: epochOrNull(row.scheduled_publish_at),
    scheduled_unpublish_at: epochOrNull(row.scheduled_unpublish_at),
    ...multilingual(
      { locales: help_center.locales, default_locale: row.default_locale },
      'article_translated_content',
      Object.fromEntries(translations),
    ),
  }
}

/** As a single answer shows it. */
export const presentArticle = async (
  workspace: Workspace,
  row: ArticleRow,
  public_url: string,
): Promise<Static<typeof Article>> => ({
  ...presentArticleItem(workspace, row, public_url),
  statistics: presentStatistics(await findStatistics(workspace, row.id)),
})

function presentContent(row: ArticleRow, content: ContentRow, public_url: string) {
  const { url, ...rest } = shared(row, content, public_url)
  return { type: 'article_content' as const, ...rest, ...(url && { url }), audience_ids: content.audience_ids }
}

function shared({ id, help_center }: ArticleRow, content: ContentRow, public_url: string) {
  const { locale, title, state } = content
  const address = { locale, kind: 'articles', id, title: content.live_title ?? title } as const
  const is_public = state === 'published' && help_center.website_turned_on
  return {
    title,
    description: content.description,
    body: content.body,
    body_markdown: content.body_markdown,
    author_id: Number(content.author_id),
    state,
    created_at: content.created_at,
    updated_at: content.updated_at,
    has_unpublished_changes: content.draft_version_id !== null,
    draft_updated_at: content.draft_updated_at,
    url: is_public ? urlOfContent(help_center, public_url, address) : null,
    ai_chatbot_availability: content.ai_chatbot_availability,
    ai_copilot_availability: content.ai_copilot_availability,
    ai_sales_agent_availability: content.ai_sales_agent_availability,
    created_by_id: content.created_by_id,
    updated_by_id: content.updated_by_id,
  }
}

function presentStatistics(row: StatisticsRow | undefined): Static<typeof ArticleStatistics> {
  const [views, conversations, happy, neutral, sad, involvements, resolutions] = [
    ...[row?.views, row?.conversations, row?.happy_reactions, row?.neutral_reactions, row?.sad_reactions],
    ...[row?.fin_involvements, row?.fin_resolutions],
  ].map((count) => Number(count ?? 0)) as [number, number, number, number, number, number, number]
  const reactions = happy + neutral + sad
  return {
    type: 'article_statistics',
    views,
    conversations,
    conversions: conversations,
    reactions,
    happy_reaction_percentage: percentage(happy, reactions),
    neutral_reaction_percentage: percentage(neutral, reactions),
    sad_reaction_percentage: percentage(sad, reactions),
    fin_involvements: involvements,
    fin_resolutions: resolutions,
    fin_resolution_rate: percentage(resolutions, involvements),
  }
}

const percentage = (part: number, whole: number) => (whole ? (part / whole) * 100 : 0)
