// The SQL that finds and ranks documents of the index.
import type { Fragment } from '#db/sql.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import type { Term } from './terms.ts'

export type DocumentType = 'article_content' | 'content_snippet' | 'external_content' | 'internal_article'

/** An article is found once, by any of its contents. */
export type Found = { type: Exclude<DocumentType, 'article_content'> | 'article'; id: string }

/** More matches are neither ranked nor counted. */
const MAX_MATCHES = 2_000
/** So many of them are ranked by all that they have; the others, which have the words only in their bodies, follow. */
const MAX_RANKED = 300
const LAST_OFFSET = 100_000

type Window = { limit: number; offset: number }

const key = ({ sql }: Workspace) => sql`
  case when article_id is null then type else 'article' end as type, coalesce(article_id, id) as id`

/**
 * Finds documents that match the query, best first, then last updated first. `conditions` is SQL on `documents`. `least` is
 * the part of the weight of all terms that a document must have.
 */
export function findMatches(
  workspace: Workspace,
  { terms, total_weight, query, least }: Matching,
  conditions: Fragment,
  { limit, offset }: Window,
) {
  const { sql, id } = workspace
  const any = terms.map(({ queries }) => queries.any).join(' | ')
  return sql<(Found & { total: number })[]>`
    with terms as materialized (
      select any_query::tsquery, heading_query::tsquery, title_query::tsquery, weight
      from unnest(${terms.map(({ queries }) => queries.any)}::text[], ${terms.map(({ queries }) => queries.heading)}::text[],
        ${terms.map(({ queries }) => queries.title)}::text[], ${terms.map(({ weight }) => weight)}::float8[])
        terms (any_query, heading_query, title_query, weight)
    ), matches as materialized (
      (
        select type, id, article_id, updated_at, titles, true as is_title, true as is_in_title
        from content_documents documents
        where workspace_id = ${id} and titles @@ ${query}::tsquery and ${conditions} limit ${MAX_RANKED}
      ) union all (
        select type, id, article_id, updated_at, titles, false, titles @@ ${any}::tsquery
        from content_documents documents
        where workspace_id = ${id} and words @@ ${query}::tsquery and not titles @@ ${query}::tsquery and ${conditions}
        limit ${MAX_MATCHES}
      )
    ), ordered as materialized (
      select *, row_number() over (order by is_title desc, is_in_title desc, updated_at desc, id desc) as place from matches
    ), read as materialized (
      -- The words are read once, not again for each term.
      select ordered.*, documents.words || ''::tsvector as all_words
      from ordered
      join content_documents documents
        on documents.workspace_id = ${id} and documents.type = ordered.type and documents.id = ordered.id
      where place <= ${MAX_RANKED}
    ), ranked as (
      select type, id, article_id, updated_at, matched,
        (zones + 0.3 * in_title / greatest(length(titles), 1)) / ${total_weight}::float8
          + 0.1 * ts_rank(all_words, ${any}::tsquery) as rank
      from read, lateral (
        select coalesce(sum(weight) filter (where all_words @@ any_query), 0) as matched,
          coalesce(sum(weight * case when all_words @@ title_query then 1 when all_words @@ heading_query then 0.7
            when all_words @@ any_query then 0.5 else 0 end), 0) as zones,
          coalesce(sum(weight) filter (where all_words @@ title_query), 0) as in_title
        from terms
      ) scored
      union all
      select type, id, article_id, updated_at, ${total_weight}::float8, 0 from ordered where place > ${MAX_RANKED}
    ), grouped as (
      select type, id, max(rank) as rank, max(updated_at) as updated_at
      from (
        select ${key(workspace)}, rank, updated_at from ranked where matched >= ${least * total_weight}::float8
      ) keyed
      group by type, id
    )
    select type, id, (count(*) over ())::integer as total from grouped
    order by rank desc, updated_at desc, id desc limit ${limit} offset ${Math.min(offset, LAST_OFFSET)}`
}

export type Matching = { terms: readonly Term[]; total_weight: number; query: string; least: number }

/** Finds documents that meet the conditions, last updated first. */
export function findNewest(workspace: Workspace, conditions: Fragment, { limit, offset }: Window) {
  const { sql, id } = workspace
  return sql<(Found & { total: number })[]>`
    select type, id, (count(*) over ())::integer as total
    from (
      select type, id, max(updated_at) as updated_at
      from (
        select ${key(workspace)}, updated_at from content_documents documents
        where workspace_id = ${id} and ${conditions}
      ) keyed
      group by type, id
    ) grouped
    order by updated_at desc, id desc limit ${limit} offset ${Math.min(offset, LAST_OFFSET)}`
}
