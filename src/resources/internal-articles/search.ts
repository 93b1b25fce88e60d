// Searches internal articles by words of their titles and bodies, in a folder and all folders in it.
import type { Page, PageResult } from '#db/page.ts'
import { findContent } from '#resources/content-index/find.ts'
import { folderWithDescendants } from '#resources/folders/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { articleColumns, type InternalArticleRow } from './queries.ts'

/** Without words, all articles are found. */
export type InternalArticleSearch = { phrase: string; folder_id: string | undefined }

/** Best match first; without words, last updated first. */
export async function pageOfMatches(
  workspace: Workspace,
  { phrase, folder_id }: InternalArticleSearch,
  page: Page,
): Promise<PageResult<InternalArticleRow>> {
  const { sql, id } = workspace
  const in_folder =
    folder_id === undefined ? sql`true` : sql`folder_id in (${folderWithDescendants(workspace, folder_id)})`
  const conditions = sql`type = 'internal_article' and ${in_folder}`
  const { rows: found, next, total_count } = await findContent(workspace, { phrase, conditions }, page)
  const ids = found.map((row) => row.id)
  const rows = await sql<InternalArticleRow[]>`
    select ${articleColumns(workspace)} from internal_articles
    where workspace_id = ${id} and id = any(${ids}::bigint[])
    order by array_position(${ids}::bigint[], internal_articles.id)`
  return { rows: [...rows], next, total_count }
}
