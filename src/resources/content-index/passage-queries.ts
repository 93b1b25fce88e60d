// The SQL that finds passages of the index.
import type { Fragment } from '#db/sql.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import type { DocumentType } from './document-queries.ts'
import type { Terms } from './terms.ts'

/** Offsets are in UTF-16 code units of the content's `body_text`. `score` is from 0 to 1. */
export type PassageRow = {
  type: DocumentType
  id: string
  article_id: string | null
  locale: string
  title: string
  url: string | null
  heading: string | null
  text: string
  start: number
  end: number
  score: number
}

/** So many passages that have a rare word are ranked. */
const MAX_RANKED = 600
/** Of those that have all words, which can be among too many with a rare one. */
const MAX_WITH_ALL = 100

/**
 * Finds passages with one of the rarest words, best first. A word counts in full if it is in the passage and in its heading or
 * title. `conditions` is SQL on `content_documents documents`.
 */
export function findPassagesWith(
  workspace: Workspace,
  { terms, total_weight }: Terms,
  rarest: string,
  conditions: Fragment,
  limit: number,
) {
  const { sql, id } = workspace
  const all = terms.map(({ queries }) => `(${queries.any})`).join(' & ')
  const candidates = (query: string, most: number) => sql`
    select passages.type, passages.id, passages.number
    from content_passages passages
    join content_documents documents
      on documents.workspace_id = ${id} and documents.type = passages.type and documents.id = passages.id
    where passages.workspace_id = ${id} and passages.words @@ ${query}::tsquery and ${conditions} limit ${most}`
  return sql<PassageRow[]>`
    with terms as materialized (
      select any_query::tsquery, heading_query::tsquery, body_query::tsquery, weight
      from unnest(${terms.map(({ queries }) => queries.any)}::text[], ${terms.map(({ queries }) => queries.heading)}::text[],
        ${terms.map(({ queries }) => queries.body)}::text[], ${terms.map(({ weight }) => weight)}::float8[])
        terms (any_query, heading_query, body_query, weight)
    ), candidates as materialized (
      (${candidates(all, MAX_WITH_ALL)}) union (${candidates(rarest, MAX_RANKED)})
    ), ranked as (
      select passages.*, (
        select sum(weight * (case when words @@ body_query then 0.6 else 0 end
          + case when not words @@ heading_query then 0 when words @@ body_query then 0.4 else 0.5 end))
        from terms where words @@ any_query
      ) / ${total_weight}::float8 as score
      from candidates
      join content_passages passages on passages.workspace_id = ${id} and passages.type = candidates.type
        and passages.id = candidates.id and passages.number = candidates.number
      order by score desc, passages.number, passages.id desc limit ${limit}
    )
    select ranked.type, ranked.id, article_id, locale, title, url, heading, text, starts_at as start, ends_at as "end", score
    from ranked
    join content_documents documents
      on documents.workspace_id = ${id} and documents.type = ranked.type and documents.id = ranked.id
    order by score desc, ranked.number, ranked.id desc`
}

/** Returns the audiences that content is for. */
export async function listAudiencesOfContent({ sql, id }: Workspace): Promise<number[]> {
  const rows = await sql<{ audience_id: number }[]>`
    select distinct unnest(audience_ids)::float8 as audience_id from content_documents
    where workspace_id = ${id} and audience_ids <> '{}'`
  return rows.map(({ audience_id }) => audience_id)
}
