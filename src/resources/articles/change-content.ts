// Changes or deletes the content of an article in one locale.
import { found } from '#http/errors.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import type { ContentPatch } from './content-change.ts'
import { type ArticleRow, type ContentRow, findArticleOfContent, lockArticle } from './queries.ts'
import { removeArticle, type Saving, saveArticle } from './save.ts'
import { scheduleAfter } from './schedule.ts'

/** `patchOf` returns the change of the locked content. @throws a 404 if there is no such content. */
export async function changeContent(
  workspace: Workspace,
  content_id: string,
  patchOf: (content: ContentRow) => Partial<ContentPatch>,
  saving: Saving,
): Promise<ArticleRow> {
  const { article, content } = await lockContent(workspace, content_id)
  const patch = { texts: {}, settings: {}, ...patchOf(content) }
  const { default_locale, folder_id } = article
  const state = content.locale === default_locale ? patch.state : undefined
  const was_published = article.first_published_at !== null
  const schedule = scheduleAfter(article, { state }, { now: workspace.now(), was_published })
  const settings = { ...schedule, folder_id, is_placed: false, later: false }
  return saveArticle(workspace, article, new Map([[content.locale, patch]]), settings, saving)
}

/** Deletes the whole article with the content in its default locale: without it, there is no article. */
export async function removeContent(workspace: Workspace, content_id: string, saving: Saving): Promise<void> {
  const { article, content } = await lockContent(workspace, content_id)
  if (content.locale === article.default_locale) return removeArticle(workspace, article.id, saving)
  const { folder_id, scheduled_publish_at, scheduled_unpublish_at } = article
  const settings = { folder_id, scheduled_publish_at, scheduled_unpublish_at, is_placed: false, later: false }
  await saveArticle(workspace, article, new Map([[content.locale, null]]), settings, saving)
}

async function lockContent(workspace: Workspace, content_id: string) {
  const article_id = found(await findArticleOfContent(workspace, content_id)).article_id
  const article = found(await lockArticle(workspace, article_id))
  return { article, content: found(article.contents.find(({ id }) => id === content_id)) }
}
