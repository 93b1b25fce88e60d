// Searches articles by words of their titles, descriptions and bodies, in any locale.
import type { Page, PageResult } from '#db/page.ts'
import type { Fragment } from '#db/sql.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import type { State } from './content-change.ts'
import { type ArticleRow, articleColumns, helpCenterIdOf } from './queries.ts'

export type ArticleSearch = {
  /** Every article has all of them, or words that begin with them. Without any, all articles are found. */
  words: readonly string[]
  /** Undefined: both. */
  state: State | undefined
  help_center_id: string | undefined
}

const MAX_WORDS = 20

/** More matches are neither ranked nor counted: words that nearly all articles have tell nothing. */
const MAX_RANKED = 2_000

/** Returns the words of a phrase in lower case, without punctuation. */
export const wordsOf = (phrase: string): string[] =>
  [...new Set(phrase.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [])].slice(0, MAX_WORDS)

/** Best match first; without words, last updated first. Offsets: a page far behind is not asked for by people. */
export async function pageOfMatches(
  workspace: Workspace,
  { words, state, help_center_id }: ArticleSearch,
  { number, per_page }: Page,
): Promise<PageResult<ArticleRow>> {
  const { sql, id } = workspace
  const query = words.map((word) => `${word}:*`).join(' & ')
  const conditions: Fragment = sql`
    ${words.length ? sql`words @@ to_tsquery('simple', ${query})` : sql`true`}
    and ${state ? sql`state = ${state}` : sql`true`}
    and ${help_center_id ? sql`${helpCenterIdOf(workspace, sql`contents.article_id`)} = ${help_center_id}` : sql`true`}`
  const rank = words.length ? sql`max(ts_rank(words, to_tsquery('simple', ${query})))` : sql`0`
  const found = await sql<{ id: string; total: number }[]>`
    select articles.id, (count(*) over ())::integer as total
    from (
      select article_id, ${rank} as rank
      from (
        select article_id, words from article_contents contents
        where contents.workspace_id = ${id} and ${conditions} ${words.length ? sql`limit ${MAX_RANKED}` : sql``}
      ) found
      group by article_id
    ) matches
    join articles on articles.workspace_id = ${id} and articles.id = matches.article_id
    order by rank desc, updated_at desc, articles.id desc
    limit ${per_page} offset ${Math.min((number - 1) * per_page, 1_000_000)}`
  const ids = found.map((row) => row.id)
  const rows = await sql<ArticleRow[]>`
    select ${articleColumns(workspace)} from articles
    where workspace_id = ${id} and id = any(${ids}::bigint[])
    order by array_position(${ids}::bigint[], id)`
  const total_count = found[0]?.total ?? 0
  const has_more = number * per_page < total_count
  return {
    rows: [...rows],
    next: has_more ? { value: '', id: ids.at(-1) as string, page: number + 1 } : undefined,
    total_count,
  }
}
