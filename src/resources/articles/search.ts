// Searches articles by words of their titles, descriptions and bodies, in any locale.
import type { Page, PageResult } from '#db/page.ts'
import type { Fragment } from '#db/sql.ts'
import { findContent } from '#resources/content-index/find.ts'
import { wordsOf } from '#resources/content-index/words.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import type { State } from './content-change.ts'
import { type ArticleRow, articleColumns, helpCenterIdOf } from './queries.ts'

export type ArticleSearch = {
  /** Without words, all articles are found. */
  phrase: string
  /** Undefined: both. */
  state: State | undefined
  help_center_id: string | undefined
}

/** `words` are those that the articles were found by. */
export type ArticleMatches = PageResult<ArticleRow> & { words: readonly string[] }

/** Best match first; without words, last updated first. Offsets: a page far behind is not asked for by people. */
export async function pageOfMatches(
  workspace: Workspace,
  { phrase, state, help_center_id }: ArticleSearch,
  page: Page,
): Promise<ArticleMatches> {
  const { sql } = workspace
  const inHelpCenter = (article_id: Fragment): Fragment =>
    help_center_id ? sql`${helpCenterIdOf(workspace, article_id)} = ${help_center_id}` : sql`true`
  if (!wordsOf(phrase).length) {
    const matches = await pageOfAll(workspace, state, inHelpCenter(sql`articles.id`), page)
    return { ...matches, words: [] }
  }
  const conditions = sql`
    type = 'article_content' and ${state ? sql`is_published = ${state === 'published'}` : sql`true`}
    and ${inHelpCenter(sql`documents.article_id`)}`
  const matches = await findContent(workspace, { phrase, conditions }, page)
  const ids = matches.rows.map(({ id }) => id)
  return { ...matches, rows: await listInOrder(workspace, ids) }
}

async function pageOfAll(
  workspace: Workspace,
  state: State | undefined,
  condition: Fragment,
  { number, per_page }: Page,
): Promise<PageResult<ArticleRow>> {
  const { sql, id } = workspace
  const found = await sql<{ id: string; total: number }[]>`
    select articles.id, (count(*) over ())::integer as total from articles
    where workspace_id = ${id} and ${condition} and exists (
      select from article_contents contents
      where contents.workspace_id = ${id} and contents.article_id = articles.id
        and ${state ? sql`state = ${state}` : sql`true`})
    order by updated_at desc, articles.id desc
    limit ${per_page} offset ${Math.min((number - 1) * per_page, 1_000_000)}`
  const ids = found.map((row) => row.id)
  const total_count = found[0]?.total ?? 0
  const next = number * per_page < total_count ? { value: '', id: ids.at(-1)!, page: number + 1 } : undefined
  return { rows: await listInOrder(workspace, ids), next, total_count }
}

/** Returns the articles in the order of the ids. */
const listInOrder = async (workspace: Workspace, ids: string[]): Promise<ArticleRow[]> => [
  ...(await workspace.sql<ArticleRow[]>`
    select ${articleColumns(workspace)} from articles
    where workspace_id = ${workspace.id} and id = any(${ids}::bigint[])
    order by array_position(${ids}::bigint[], id)`),
]
