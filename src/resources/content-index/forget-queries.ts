// The SQL that finds and removes words that no content has any more.
import type { Fragment, Pool, Sql } from '#db/sql.ts'

export type KnownWord = { workspace_id: string; language: string; word: string }

/** Whether content has the word. `known` is part of the statement. */
const isUsed = (sql: Sql): Fragment => sql`
  exists (
    select from content_documents documents
    where documents.workspace_id = known.workspace_id and documents.words @@ quote_literal(known.word)::tsquery
      and content_language(documents.locale) = known.language
  )`

/** Returns the words after the position of the walk, in all workspaces. */
export const nextWords = (sql: Sql, limit: number) => sql<(KnownWord & { is_used: boolean })[]>`
  select workspace_id, language, word, ${isUsed(sql)} as is_used
  from (
    select workspace_id, language, word from content_words
    where (workspace_id, language, word) > (select position[1], position[2], position[3] from content_words_walk)
    order by workspace_id, language, word limit ${limit}
  ) known
  order by workspace_id, language, word`

export const movePosition = (sql: Sql, { workspace_id, language, word }: KnownWord) => sql`
  update content_words_walk set position = ${[workspace_id, language, word]}::text[]`

/**
 * Returns how many were removed: those that still nothing has. None while content of the workspace is being written, which may
 * have one of them: `hold_content_words` of the migrations.
 */
export const deleteUnused = (sql: Pool, workspace_id: string, words: readonly KnownWord[]): Promise<number> =>
  sql.begin(async (transaction) => {
    const [{ is_free }] = await transaction<[{ is_free: boolean }]>`
      select pg_try_advisory_xact_lock(hashtextextended(${`content words ${workspace_id}`}, 0)) as is_free`
    if (!is_free) return 0
    const { count } = await transaction`
      delete from content_words known
      using unnest(${words.map(({ language }) => language)}::text[], ${words.map(({ word }) => word)}::text[])
        unused (language, word)
      where known.workspace_id = ${workspace_id} and known.language = unused.language and known.word = unused.word
        and not ${isUsed(transaction)}`
    return count
  })
