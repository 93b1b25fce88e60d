// The SQL of internal articles.
import type { Static } from 'typebox'
import { beyond, cursorValue, inOrder, newest, type Page, type PageResult, pageResult } from '#db/page.ts'
import { one, rowId } from '#db/sql.ts'
import { appliedTagsOf } from '#resources/tags/fragments.ts'
import { deleteTaggings } from '#resources/tags/queries.ts'
import type { AppliedTag } from '#resources/tags/schema.ts'
import type { Workspace } from '#workspaces/workspace.ts'

export type InternalArticleRow = {
  id: string
  title: string
  body: string
  body_markdown: string
  body_text: string
  author_id: string
  owner_id: string
  locale: string
  folder_id: string | null
  audience_ids: string[]
  ai_chatbot_availability: boolean
  ai_copilot_availability: boolean
  ai_sales_agent_availability: boolean
  tags: Static<typeof AppliedTag>[]
  created_at: Date
  updated_at: Date
}
export type NewInternalArticle = Omit<InternalArticleRow, 'id' | 'tags' | 'created_at' | 'updated_at'>

export const OBJECT_TYPE = 'internal_article'

export const articleColumns = (workspace: Workspace) => workspace.sql`
  internal_articles.id, title, body, body_markdown, body_text, author_id, owner_id, locale, folder_id, audience_ids,
  ai_chatbot_availability, ai_copilot_availability, ai_sales_agent_availability, created_at, updated_at,
  ${appliedTagsOf(workspace, OBJECT_TYPE, workspace.sql`internal_articles.id::text`)} as tags`

/** Returns a page of internal articles, last updated first. */
export async function pageOfInternalArticles(
  workspace: Workspace,
  page: Page,
): Promise<PageResult<InternalArticleRow>> {
  const { sql, id } = workspace
  const order = newest(workspace, 'updated_at')
  const rows = await sql<(InternalArticleRow & { cursor_value: string })[]>`
    select ${articleColumns(workspace)}, ${cursorValue(workspace, order)} from internal_articles
    where workspace_id = ${id} and ${beyond(workspace, order, page)} ${inOrder(workspace, order, page)}`
  return pageResult(rows, page, async () => {
    const [{ count }] = await sql<[{ count: number }]>`
      select count(*)::integer as count from internal_articles where workspace_id = ${id}`
    return count
  })
}

export const findInternalArticle = (workspace: Workspace, id: string) =>
  one(workspace.sql<InternalArticleRow[]>`
    select ${articleColumns(workspace)} from internal_articles
    where workspace_id = ${workspace.id} and id = ${rowId(id)}`)

/** Locks the article until the transaction ends. */
export const lockInternalArticle = (workspace: Workspace, id: string) =>
  one(workspace.sql<InternalArticleRow[]>`
    select ${articleColumns(workspace)} from internal_articles
    where workspace_id = ${workspace.id} and id = ${rowId(id)} for update`)

export const insertInternalArticle = (workspace: Workspace, article: NewInternalArticle) =>
  one(workspace.sql<InternalArticleRow[]>`
    insert into internal_articles (workspace_id, title, body, body_markdown, body_text, author_id, owner_id, locale,
      folder_id, audience_ids, ai_chatbot_availability, ai_copilot_availability, ai_sales_agent_availability, created_at,
      updated_at)
    values (${workspace.id}, ${article.title}, ${article.body}, ${article.body_markdown}, ${article.body_text},
      ${article.author_id}, ${article.owner_id}, ${article.locale}, ${article.folder_id},
      ${article.audience_ids}::text[]::bigint[], ${article.ai_chatbot_availability}, ${article.ai_copilot_availability},
      ${article.ai_sales_agent_availability}, ${workspace.now()}, ${workspace.now()})
    returning ${articleColumns(workspace)}`) as Promise<InternalArticleRow>

export const updateInternalArticle = (workspace: Workspace, id: string, article: NewInternalArticle) =>
  one(workspace.sql<InternalArticleRow[]>`
    update internal_articles set title = ${article.title}, body = ${article.body},
      body_markdown = ${article.body_markdown}, body_text = ${article.body_text}, author_id = ${article.author_id},
      owner_id = ${article.owner_id}, locale = ${article.locale}, folder_id = ${article.folder_id},
      audience_ids = ${article.audience_ids}::text[]::bigint[],
      ai_chatbot_availability = ${article.ai_chatbot_availability},
      ai_copilot_availability = ${article.ai_copilot_availability},
      ai_sales_agent_availability = ${article.ai_sales_agent_availability}, updated_at = ${workspace.now()}
    where workspace_id = ${workspace.id} and id = ${id} returning ${articleColumns(workspace)}`) as Promise<InternalArticleRow>

export async function deleteInternalArticle(workspace: Workspace, id: string): Promise<void> {
  const { sql } = workspace
  await deleteTaggings(workspace, OBJECT_TYPE, sql`select ${id}::text`)
  await sql`delete from internal_articles where workspace_id = ${workspace.id} and id = ${id}`
}

/** Takes a deleted audience out of all internal articles. */
export const forgetAudience = async ({ sql, id }: Workspace, audience_id: string) => sql`
  update internal_articles set audience_ids = array_remove(audience_ids, ${audience_id}::bigint)
  where workspace_id = ${id} and audience_ids @> array[${audience_id}::bigint]`
