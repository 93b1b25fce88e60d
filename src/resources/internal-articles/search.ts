// Searches internal articles by words of their titles and bodies, in a folder and all folders in it.
import type { Page, PageResult } from '#db/page.ts'
import { folderWithDescendants } from '#resources/folders/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { articleColumns, type InternalArticleRow } from './queries.ts'

/** An article has all of the words, or words that begin with them. Without any, all articles are found. */
export type InternalArticleSearch = { words: readonly string[]; folder_id: string | undefined }

/** Rows before a page are read too. */
const LAST_OFFSET = 100_000

/** Best match first; without words, last updated first. */
export async function pageOfMatches(
  workspace: Workspace,
  { words, folder_id }: InternalArticleSearch,
  { number, per_page }: Page,
): Promise<PageResult<InternalArticleRow>> {
  const { sql, id } = workspace
  const query = sql`to_tsquery('simple', ${words.map((word) => `${word}:*`).join(' & ')})`
  const rows = await sql<(InternalArticleRow & { total: number })[]>`
    select ${articleColumns(workspace)}, (count(*) over ())::integer as total from internal_articles
    where workspace_id = ${id}
      and ${words.length ? sql`words @@ ${query}` : sql`true`}
      and ${folder_id === undefined ? sql`true` : sql`folder_id in (${folderWithDescendants(workspace, folder_id)})`}
    order by ${words.length ? sql`ts_rank(words, ${query}) desc,` : sql``} updated_at desc, internal_articles.id desc
    limit ${per_page} offset ${Math.min((number - 1) * per_page, LAST_OFFSET)}`
  const total_count = rows[0]?.total ?? 0
  const has_more = number * per_page < total_count
  return {
    rows: rows.map(({ total: _, ...article }) => article),
    next: has_more ? { value: '', id: rows.at(-1)!.id, page: number + 1 } : undefined,
    total_count,
  }
}
