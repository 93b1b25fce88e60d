// Stages texts on top of a published article, and publishes them.
import { found, missing, unprocessable } from '#http/errors.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import type { WrittenBodies } from '../bodies.ts'
import { assertAuthors } from '../known.ts'
import { type Patches, patchesOf } from '../patches.ts'
import { mainContent } from '../present.ts'
import { type ArticleRow, type ContentRow, lockArticle, theArticle } from '../queries.ts'
import { type Saving, saveArticle } from '../save.ts'
import { stageContent } from '../save-content.ts'
import type { ArticleRequest } from '../schema.ts'
import { findVersion } from '../versions/queries.ts'

export const NO_ARTICLE = 'Object not found'

/** Returns the article with its staged texts instead of the live ones. @throws a 404 if nothing is staged. */
export async function theDraft(workspace: Workspace, id: string): Promise<ArticleRow> {
  const article = await theArticle(workspace, id, NO_ARTICLE)
  return found(isStaged(article) ? await withDrafts(workspace, article) : undefined, NO_ARTICLE)
}

const isStaged = ({ contents }: ArticleRow) => contents.some(({ draft_version_id }) => draft_version_id !== null)

async function withDrafts(workspace: Workspace, article: ArticleRow): Promise<ArticleRow> {
  const contents: ContentRow[] = []
  for (const content of article.contents) {
    const draft = content.draft_version_id && (await findVersion(workspace, article.id, content.draft_version_id))
    const { title, description, body, body_markdown, author_id } = draft || content
    contents.push({ ...content, title, description, body, body_markdown, author_id, live_title: content.title })
  }
  return { ...article, contents }
}

/** Only texts are staged; settings and states of the request are ignored. */
export async function stageDraft(
  workspace: Workspace,
  id: string,
  request: ArticleRequest,
  bodies: WrittenBodies,
): Promise<ArticleRow> {
  const article = found(await lockArticle(workspace, id), NO_ARTICLE)
  const patches = patchesOf(request, bodies, article.default_locale)
  const named = [...patches].flatMap(([locale, patch]) => (patch ? [{ locale, texts: patch.texts }] : []))
  const only_translations = named.length > 1 && !Object.keys(patches.get(article.default_locale)!.texts).length
  const to_stage = named.filter(({ locale }) => locale !== article.default_locale || !only_translations)
  const contents = to_stage.map(({ locale, texts }) => ({
    content: article.contents.find((content) => content.locale === locale),
    texts,
  }))
  if (mainContent(article).state !== 'published' || contents.some(({ content }) => content?.state !== 'published'))
    throw unprocessable('parameter_invalid', 'Article must be published before a draft can be staged')
  await assertAuthors(workspace, [...new Set(named.flatMap(({ texts: { author_id } }) => author_id ?? []))])
  for (const { content, texts } of contents) await stageContent(workspace, article.id, content as ContentRow, texts)
  return withDrafts(workspace, await theArticle(workspace, id))
}

/** `locales`: which drafts to publish; needed if the help center has several locales. */
export async function publishDraft(
  workspace: Workspace,
  id: string,
  locales: readonly string[] | undefined,
  saving: Saving,
): Promise<ArticleRow> {
  const article = found(await lockArticle(workspace, id), NO_ARTICLE)
  if (!isStaged(article)) throw unprocessable('parameter_invalid', 'Article has no draft to publish')
  const staged = article.contents.flatMap(({ locale, draft_version_id }) => (draft_version_id ? [locale] : []))
  if (article.help_center.locales.length > 1 && !locales?.length) throw localesMissing()
  const unknown = locales?.filter((locale) => !staged.includes(locale)) ?? []
  if (unknown.length)
    throw unprocessable(
      'parameter_invalid',
      `Cannot publish a draft for locale(s) without pending changes: ${unknown.join(', ')}`,
    )
  const patches: Patches = new Map(
    (locales?.length ? locales : staged).map((locale) => [locale, { texts: {}, settings: {}, state: 'published' }]),
  )
  const { folder_id, scheduled_publish_at, scheduled_unpublish_at } = article
  const unchanged = { folder_id, scheduled_publish_at, scheduled_unpublish_at, is_placed: false, later: false }
  return saveArticle(workspace, article, patches, unchanged, saving)
}

function localesMissing() {
  const { code, message } = missing('locales must be specified to publish a draft on a multilingual workspace')
  return unprocessable(code, message)
}
