// The SQL of the pages: what anonymous readers can see, and what they did.
import { type Fragment, one, rowId, type Sql } from '#db/sql.ts'
import type { HelpCenterRow } from '#resources/help-centers/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'

/** Returns the help center that has the identifier, of any workspace. */
export const findNamed = (sql: Sql, identifier: string) =>
  one(sql<{ workspace_id: string; id: string }[]>`
    select workspace_id, id from help_centers
    where (workspace_id, id) in (
      select names.workspace_id, names.help_center_id from help_center_names names where names.name = ${identifier}
    ) and identifier = ${identifier}`)

/** The condition for contents that everyone can read in the locale. */
const isPublic = ({ sql }: Workspace, locale: string): Fragment => sql`
  contents.locale = ${locale} and contents.state = 'published' and contents.audience_ids = '{}'`

export type CollectionEntry = {
  id: string
  parent_id: string | null
  name: string
  description: string | null
}

/** Returns the collections of a help center in their order, named in the locale, else in the default one. */
export const listCollections = (workspace: Workspace, center: HelpCenterRow, locale: string) => {
  const { sql, id } = workspace
  return sql<CollectionEntry[]>`
    select collections.id, parent_id, coalesce(own.name, main.name) as name,
      coalesce(own.description, case when own.name is null then main.description end) as description
    from collections
    left join collection_contents own on own.workspace_id = ${id} and own.collection_id = collections.id
      and own.locale = ${locale}
    join collection_contents main on main.workspace_id = ${id} and main.collection_id = collections.id
      and main.locale = ${center.default_locale}
    where collections.workspace_id = ${id} and help_center_id = ${center.id} order by position, collections.id`
}

/** Returns the public articles in each collection of a help center. */
export const listPlaced = (workspace: Workspace, center: HelpCenterRow, locale: string) => {
  const { sql, id } = workspace
  return sql<{ collection_id: string; article_id: string }[]>`
    select collection_id, placed.article_id from article_collections placed
    join collections on collections.workspace_id = ${id} and collections.id = collection_id
    join article_contents contents on contents.workspace_id = ${id} and contents.article_id = placed.article_id
    where placed.workspace_id = ${id} and help_center_id = ${center.id} and ${isPublic(workspace, locale)}`
}

export type ArticleEntry = { id: string; title: string; description: string }

/** A page shows this many articles of a collection. */
const MAX_ARTICLES = 1_000

export const listArticles = (workspace: Workspace, collection_id: string, locale: string) => {
  const { sql, id } = workspace
  return sql<ArticleEntry[]>`
    select contents.article_id as id, title, description from article_collections placed
    join article_contents contents on contents.workspace_id = ${id} and contents.article_id = placed.article_id
    where placed.workspace_id = ${id} and placed.collection_id = ${collection_id} and ${isPublic(workspace, locale)}
    order by contents.article_id limit ${MAX_ARTICLES}`
}

/** Returns public articles in the order of the ids, with their texts. */
export const listInOrder = (workspace: Workspace, ids: readonly string[], locale: string) => {
  const { sql, id } = workspace
  return sql<(ArticleEntry & { body_text: string })[]>`
    select article_id as id, title, description, left(body_text, 20000) as body_text from article_contents contents
    where contents.workspace_id = ${id} and article_id = any(${[...ids]}::bigint[]) and ${isPublic(workspace, locale)}
    order by array_position(${[...ids]}::bigint[], article_id)`
}

/** Returns the target of a redirect from a path within the help center. */
export const findRedirectFrom = ({ sql, id }: Workspace, help_center_id: string, path: string) =>
  one(sql<{ locale: string; article_id: string | null; collection_id: string | null }[]>`
    select locale, article_id, collection_id from help_center_redirects
    where workspace_id = ${id} and help_center_id = ${help_center_id} and from_path = ${path}`)

export const REACTIONS = ['happy', 'neutral', 'sad'] as const
export type Reaction = (typeof REACTIONS)[number]

export const findReaction = async ({ sql, id }: Workspace, article_id: string, reader_id: string) =>
  (
    await one(sql<{ reaction: Reaction }[]>`
      select reaction from article_reactions
      where workspace_id = ${id} and article_id = ${rowId(article_id)} and reader_id = ${reader_id}`)
  )?.reaction

/**
 * Writes the reaction of a reader, instead of an earlier one, and counts it. In a transaction. Simultaneous ones of a reader
 * wait for each other at its row.
 */
export async function writeReaction(
  { sql, id, now }: Workspace,
  { article_id, reader_id, reaction }: { article_id: string; reader_id: string; reaction: Reaction },
): Promise<void> {
  const { count: is_new } = await sql`
    insert into article_reactions (workspace_id, article_id, reader_id, reaction, created_at, updated_at)
    values (${id}, ${article_id}, ${reader_id}, ${reaction}, ${now()}, ${now()})
    on conflict do nothing`
  const [before] = is_new
    ? []
    : await sql<{ reaction: Reaction }[]>`
        select reaction from article_reactions
        where workspace_id = ${id} and article_id = ${article_id} and reader_id = ${reader_id} for update`
  if (before)
    await sql`
      update article_reactions set reaction = ${reaction}, updated_at = ${now()}
      where workspace_id = ${id} and article_id = ${article_id} and reader_id = ${reader_id}`
  const change = (one: Reaction) => Number(one === reaction) - Number(one === before?.reaction)
  await sql`
    insert into article_statistics as statistics (workspace_id, article_id, happy_reactions, neutral_reactions,
      sad_reactions)
    values (${id}, ${article_id}, ${change('happy')}, ${change('neutral')}, ${change('sad')})
    on conflict (workspace_id, article_id) do update set
      happy_reactions = statistics.happy_reactions + excluded.happy_reactions,
      neutral_reactions = statistics.neutral_reactions + excluded.neutral_reactions,
      sad_reactions = statistics.sad_reactions + excluded.sad_reactions`
}

export type View = { workspace_id: string; article_id: string }

/** Adds views to the statistics, in one statement. Those of articles that are deleted by now are left out. */
export const addViews = (sql: Sql, views: readonly View[]) => sql`
  insert into article_statistics as statistics (workspace_id, article_id, views)
  select articles.workspace_id, articles.id, count(*)
  from unnest(${views.map(({ workspace_id }) => workspace_id)}::text[],
    ${views.map(({ article_id }) => article_id)}::text[]::bigint[]) as viewed (workspace_id, article_id)
  join articles on articles.workspace_id = viewed.workspace_id and articles.id = viewed.article_id
  group by articles.workspace_id, articles.id order by articles.workspace_id, articles.id
  on conflict (workspace_id, article_id) do update set views = statistics.views + excluded.views`

/** Counts that the assistant used the articles in a conversation, or resolved one with them. */
export const countFin = (
  { sql, id }: Workspace,
  article_ids: readonly string[],
  column: 'fin_involvements' | 'fin_resolutions',
) => sql`
  insert into article_statistics as statistics (workspace_id, article_id, ${sql(column)})
  select ${id}, articles.id, 1 from articles
  where workspace_id = ${id} and articles.id = any(${[...article_ids]}::bigint[])
  on conflict (workspace_id, article_id) do update set ${sql(column)} = statistics.${sql(column)} + 1`
