// The SQL that writes articles, their contents and versions.
import { deleteTaggings } from '#resources/tags/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import type { Texts } from './content-change.ts'
import type { ArticleRow, ContentRow } from './queries.ts'

type Schedule = Pick<ArticleRow, 'scheduled_publish_at' | 'scheduled_unpublish_at'>
type Settings = Schedule & Pick<ArticleRow, 'folder_id' | 'first_published_at'>

const creator = ({ admin_id }: Workspace) => admin_id || null

export async function insertArticle(
  { sql, id, now }: Workspace,
  article: Settings & { default_locale: string },
): Promise<string> {
  const [row] = await sql<[{ id: string }]>`
    insert into articles (workspace_id, default_locale, folder_id, first_published_at, scheduled_publish_at,
      scheduled_unpublish_at, created_at, updated_at)
    values (${id}, ${article.default_locale}, ${article.folder_id}, ${article.first_published_at},
      ${article.scheduled_publish_at}, ${article.scheduled_unpublish_at}, ${now()}, ${now()})
    returning id`
  return row.id
}

export const updateArticle = ({ sql, id, now }: Workspace, article_id: string, article: Settings) => sql`
  update articles set folder_id = ${article.folder_id}, first_published_at = ${article.first_published_at},
    scheduled_publish_at = ${article.scheduled_publish_at}, scheduled_unpublish_at = ${article.scheduled_unpublish_at},
    updated_at = ${now()}
  where workspace_id = ${id} and id = ${article_id}`

export async function deleteArticle(workspace: Workspace, article_id: string): Promise<void> {
  const { sql, id } = workspace
  await deleteTaggings(workspace, 'article', sql`select ${article_id}::text`)
  await sql`delete from articles where workspace_id = ${id} and id = ${article_id}`
}

/** Places an article in collections, instead of those that it was in. */
export async function placeArticle(
  { sql, id }: Workspace,
  article_id: string,
  collection_ids: string[],
): Promise<void> {
  await sql`delete from article_collections where workspace_id = ${id} and article_id = ${article_id}`
  await sql`
    insert into article_collections (workspace_id, article_id, collection_id, position)
    select ${id}, ${article_id}, collection_id, position
    from unnest(${collection_ids}::bigint[]) with ordinality as given (collection_id, position)`
}

/** Returns the id of the new version. `from_version_id` is the one that was changed; null for the first. */
export async function insertVersion(
  workspace: Workspace,
  { article_id, locale, texts, from_version_id }: ToInsert,
): Promise<string> {
  const { sql, id, now } = workspace
  const [row] = await sql<[{ id: string }]>`
    insert into article_versions (workspace_id, article_id, locale, title, description, body, body_markdown, body_text,
      author_id, created_by_id, created_via, from_version_id, created_at)
    values (${id}, ${article_id}, ${locale}, ${texts.title}, ${texts.description}, ${texts.body}, ${texts.body_markdown},
      ${texts.body_text}, ${texts.author_id}, ${creator(workspace)}, 'api', ${from_version_id}, ${now()})
    returning id`
  return row.id
}

type ToInsert = { article_id: string; locale: string; texts: Texts; from_version_id: string | null }

type WrittenContent = Omit<
  ContentRow,
  'id' | 'locale' | 'created_by_id' | 'updated_by_id' | 'draft_updated_at' | 'created_at' | 'updated_at'
>

export const insertContent = (
  workspace: Workspace,
  article_id: string,
  locale: string,
  content: WrittenContent,
) => workspace.sql`
  insert into article_contents (workspace_id, article_id, locale, title, description, body, body_markdown, body_text,
    author_id, state, audience_ids, ai_chatbot_availability, ai_copilot_availability, ai_sales_agent_availability,
    created_by_id, updated_by_id, version_id, draft_version_id, created_at, updated_at)
  values (${workspace.id}, ${article_id}, ${locale}, ${content.title}, ${content.description}, ${content.body},
    ${content.body_markdown}, ${content.body_text}, ${content.author_id}, ${content.state},
    ${content.audience_ids}::bigint[], ${content.ai_chatbot_availability}, ${content.ai_copilot_availability},
    ${content.ai_sales_agent_availability}, ${creator(workspace)}, ${creator(workspace)}, ${content.version_id},
    ${content.draft_version_id}, ${workspace.now()}, ${workspace.now()})`

export const updateContent = (workspace: Workspace, id: string, content: WrittenContent) => workspace.sql`
  update article_contents set title = ${content.title}, description = ${content.description}, body = ${content.body},
    body_markdown = ${content.body_markdown}, body_text = ${content.body_text}, author_id = ${content.author_id},
    state = ${content.state}, audience_ids = ${content.audience_ids}::bigint[],
    ai_chatbot_availability = ${content.ai_chatbot_availability},
    ai_copilot_availability = ${content.ai_copilot_availability},
    ai_sales_agent_availability = ${content.ai_sales_agent_availability}, updated_by_id = ${creator(workspace)},
    version_id = ${content.version_id}, draft_version_id = ${content.draft_version_id}, updated_at = ${workspace.now()}
  where workspace_id = ${workspace.id} and id = ${id}`

/** Its versions are deleted too. */
export async function deleteContent({ sql, id }: Workspace, article_id: string, locale: string): Promise<void> {
  await sql`delete from article_versions where workspace_id = ${id} and article_id = ${article_id} and locale = ${locale}`
  await sql`delete from article_contents where workspace_id = ${id} and article_id = ${article_id} and locale = ${locale}`
}

/** Takes a deleted audience out of all articles. */
export const forgetAudience = async ({ sql, id }: Workspace, audience_id: string) => sql`
  update article_contents set audience_ids = array_remove(audience_ids, ${audience_id}::bigint)
  where workspace_id = ${id} and audience_ids @> array[${audience_id}::bigint]`
