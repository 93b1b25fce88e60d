// The SQL that looks words up in the vocabulary of a workspace, and counts the content that has them.
import type { Workspace } from '#workspaces/workspace.ts'
import type { Word } from './words.ts'

/**
 * `forms`: words of the vocabulary with the same stem, and the word itself if the vocabulary has it. `begins`: whether words
 * of the vocabulary begin with it. `is_stop_word`: whether it is a word such as `the` in one of the languages.
 */
export type LookedUp = { word: string; forms: string[]; begins: boolean; is_stop_word: boolean }

/** Looks words up in all languages of the workspace, or in one. The result has the order of the words. */
export function lookUp(workspace: Workspace, words: readonly Word[], language: string | undefined) {
  const { sql, id } = workspace
  return sql<LookedUp[]>`
    with recursive languages as (
      (
        select language from content_words
        where workspace_id = ${id} and ${language ? sql`language = ${language}` : sql`true`}
        order by workspace_id, language limit 1
      )
      union all
      select (
        select next.language from content_words next
        where next.workspace_id = ${id} and next.language > languages.language
        order by next.workspace_id, next.language limit 1
      ) from languages where languages.language is not null and ${language === undefined}
    )
    select asked.word,
      coalesce(array_agg(distinct found.word) filter (where found.word is not null), '{}') as forms,
      coalesce(bool_or(begins.is_there), false) as begins,
      coalesce(bool_or(content_is_stop_word(language, asked.text) or content_is_stop_word(language, asked.word)), false)
        as is_stop_word
    from unnest(${words.map(({ word }) => word)}::text[], ${words.map(({ text }) => text)}::text[])
      with ordinality asked (word, text, number)
    left join languages on language is not null
    left join lateral (
      select known.word from content_words known
      where known.workspace_id = ${id} and known.language = languages.language
        and known.stem = content_stem(languages.language, asked.word)
      limit 30
    ) found on true
    left join lateral (
      select true as is_there from content_words known
      where known.workspace_id = ${id} and known.language = languages.language
        and known.word >= asked.word and known.word < asked.word || chr(1114111)
      limit 1
    ) begins on true
    group by asked.number, asked.word order by asked.number`
}

/** Returns words of the vocabulary that have parts in common with the misspelt ones, most alike first. */
export function listAlike(workspace: Workspace, misspelt: readonly string[], language: string | undefined) {
  const { sql, id } = workspace
  return sql<{ misspelt: string; words: string[] }[]>`
    select misspelt, array(
      select word from content_words
      where workspace_id = ${id} and ${language ? sql`language = ${language}` : sql`true`} and word % misspelt
        and abs(char_length(word) - char_length(misspelt)) <= 2
      order by similarity(word, misspelt) desc limit 100
    ) as words
    from unnest(${[...misspelt]}::text[]) misspelt`
}

/** More content than this is not counted: a word that so much content has tells nothing. */
export const MAX_COUNTED = 1_000

/** Returns how much content matches each of the queries, and how much there is. */
export function countMatches(workspace: Workspace, queries: readonly string[]) {
  const { sql, id } = workspace
  return sql<{ matches: number; documents: number }[]>`
    select (
      select count(*)::integer from (
        select from content_documents where workspace_id = ${id} and words @@ query::tsquery limit ${MAX_COUNTED}) matching
    ) as matches, (
      select count(*)::integer from (select from content_documents where workspace_id = ${id} limit ${MAX_COUNTED}) counted
    ) as documents
    from unnest(${[...queries]}::text[]) with ordinality asked (query, number) order by number`
}
