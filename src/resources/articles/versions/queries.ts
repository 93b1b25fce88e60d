// The SQL that reads the versions of articles.
import { beyond, cursorValue, inOrder, type Order, type Page, type PageResult, pageResult } from '#db/page.ts'
import { one, rowId } from '#db/sql.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import type { Texts } from '../content-change.ts'

export type VersionRow = Texts & {
  id: string
  article_id: string
  locale: string
  created_by_id: string | null
  created_via: string
  from_version_id: string | null
  /** Whether readers see this version now. */
  is_live: boolean
  created_at: Date
}

/** Lists leave the bodies out. */
export type VersionSummaryRow = Omit<VersionRow, 'body' | 'body_markdown' | 'body_text'>

const summary = (workspace: Workspace) => workspace.sql`
  id, article_id, locale, title, description, author_id, created_by_id, created_via, from_version_id, created_at,
  exists (
    select from article_contents contents
    where contents.workspace_id = ${workspace.id} and contents.article_id = article_versions.article_id
      and contents.version_id = article_versions.id and contents.state = 'published') as is_live`

/** Of the locales, newest first. */
export async function pageOfVersions(
  workspace: Workspace,
  article_id: string,
  locales: readonly string[],
  page: Page,
): Promise<PageResult<VersionSummaryRow>> {
  const { sql, id } = workspace
  const order: Order = { by: sql`id`, type: 'bigint', direction: 'desc' }
  const wanted = sql`article_id = ${article_id} and locale = any(${locales as string[]}::text[])`
  const rows = await sql<(VersionSummaryRow & { cursor_value: string })[]>`
    select ${summary(workspace)}, ${cursorValue(workspace, order)} from article_versions
    where workspace_id = ${id} and ${wanted} and ${beyond(workspace, order, page)} ${inOrder(workspace, order, page)}`
  return pageResult(rows, page, async () => {
    const [{ count }] = await sql<[{ count: number }]>`
      select count(*)::integer as count from article_versions where workspace_id = ${id} and ${wanted}`
    return count
  })
}

export const findVersion = (workspace: Workspace, article_id: string, id: string) =>
  one(workspace.sql<VersionRow[]>`
    select ${summary(workspace)}, body, body_markdown, body_text from article_versions
    where workspace_id = ${workspace.id} and article_id = ${rowId(article_id)} and id = ${rowId(id)}`)
