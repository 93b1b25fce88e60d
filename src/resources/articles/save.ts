// Creates, changes and deletes articles.
import { found, missing, notFound } from '#http/errors.ts'
import { assertKnownAudiences } from '#resources/audiences/known.ts'
import { assertFolder } from '#resources/folders/known.ts'
import { holdCollections } from '#resources/help-centers/collections/queries.ts'
import { defaultHelpCenter, theHelpCenter } from '#resources/help-centers/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import type { WrittenBodies } from './bodies.ts'
import { emitArticle } from './emit.ts'
import { assertAuthors, assertCollections } from './known.ts'
import { emitAudiencesOf } from './memberships.ts'
import { assertComplete, type Patches, patchesOf } from './patches.ts'
import { mainContent } from './present.ts'
import { type ArticleRow, findArticle, lockArticle, theArticle } from './queries.ts'
import { type Changed, createContent, NOTHING_CHANGED, saveContent } from './save-content.ts'
import { scheduleAfter } from './schedule.ts'
import type { ArticleRequest } from './schema.ts'
import { deleteArticle, deleteContent, insertArticle, placeArticle, updateArticle } from './write-queries.ts'

/** How a verb is called: by a request, or by a job. */
export type Saving = { public_url: string }

export async function createArticle(
  workspace: Workspace,
  request: ArticleRequest,
  bodies: WrittenBodies,
  { public_url }: Saving,
): Promise<ArticleRow> {
  const parents = parentsOf(request) ?? []
  const { default_locale } = await helpCenterOfParents(workspace, parents)
  const patches = patchesOf(request, bodies, default_locale)
  const main = patches.get(default_locale)!
  assertComplete(main)
  await assertKnown(workspace, request, patches, parents)
  const schedule = scheduleAfter(
    NO_SCHEDULE,
    { ...request, state: main.state },
    { now: workspace.now(), was_published: false },
  )
  const later = schedule.scheduled_publish_at !== null
  const state = later ? undefined : main.state
  const id = await insertArticle(workspace, {
    ...schedule,
    default_locale,
    folder_id: request.folder_id ?? null,
    first_published_at: state === 'published' ? workspace.now() : null,
  })
  const author_id = main.texts.author_id as string
  for (const [locale, patch] of patches)
    if (patch) await createContent(workspace, { id, author_id }, locale, later ? { ...patch, state: undefined } : patch)
  await placeArticle(workspace, id, parents)
  const article = (await findArticle(workspace, id)) as ArticleRow
  await emitArticle(workspace, 'article.created', article, public_url)
  if (article.contents.some((content) => content.state === 'published'))
    await emitArticle(workspace, 'article.published', article, public_url)
  await emitAudiencesOf(workspace, [], article.contents)
  return article
}

const NO_SCHEDULE = { scheduled_publish_at: null, scheduled_unpublish_at: null }

/** @throws a 404 if there is no such article. */
export async function changeArticle(
  workspace: Workspace,
  id: string,
  request: ArticleRequest,
  bodies: WrittenBodies,
  saving: Saving,
): Promise<ArticleRow> {
  const before = found(await lockArticle(workspace, id))
  const parents = parentsOf(request)
  const patches = patchesOf(request, bodies, before.default_locale)
  const main = patches.get(before.default_locale)!
  await assertKnown(workspace, request, patches, parents ?? [])
  const { audience_ids } = main.settings
  if (request.audience_ids !== undefined && audience_ids)
    // For all locales, also those that the request does not name.
    for (const { locale } of before.contents)
      if (!patches.has(locale)) patches.set(locale, { texts: {}, settings: { audience_ids } })
  const was_published = before.first_published_at !== null
  const schedule = scheduleAfter(before, { ...request, state: main.state }, { now: workspace.now(), was_published })
  const folder_id = request.folder_id === undefined ? before.folder_id : request.folder_id
  const is_placed = parents !== undefined && parents.join() !== before.parent_ids.join()
  if (is_placed) await placeArticle(workspace, id, parents)
  const changed = {
    ...{ ...schedule, folder_id, is_placed },
    later: Boolean(request.scheduled_publish_at),
  }
  return saveArticle(workspace, before, patches, changed, saving)
}

type ArticleChange = Pick<ArticleRow, 'folder_id' | 'scheduled_publish_at' | 'scheduled_unpublish_at'> & {
  is_placed: boolean
  /** The texts are to be published at the scheduled time. */
  later: boolean
}

/** Writes the changes of a locked article, with the events that follow. Nothing is written if nothing changes. */
export async function saveArticle(
  workspace: Workspace,
  before: ArticleRow,
  patches: Patches,
  { is_placed, later, ...settings }: ArticleChange,
  { public_url }: Saving,
): Promise<ArticleRow> {
  const changes = await saveContents(workspace, before, patches, later)
  const is_scheduled = SCHEDULES.some((key) => Number(settings[key]) !== Number(before[key]))
  const is_moved = is_placed || settings.folder_id !== before.folder_id
  if (!is_moved && !is_scheduled && !changes.some(({ anything }) => anything)) return before
  const published = changes.some((changed) => changed.published)
  const unpublished = changes.some((changed) => changed.unpublished)
  const first_published_at = before.first_published_at ?? (published ? workspace.now() : null)
  await updateArticle(workspace, before.id, { ...settings, first_published_at })
  const article = await theArticle(workspace, before.id)
  // A schedule that ends because it is carried out is no change of its own.
  const is_changed = is_moved || changes.some(({ visible }) => visible) || (is_scheduled && !published && !unpublished)
  if (is_changed) await emitArticle(workspace, 'article.updated', article, public_url)
  if (published) await emitArticle(workspace, 'article.published', article, public_url)
  if (unpublished) await emitArticle(workspace, 'article.unpublished', article, public_url)
  await emitAudiencesOf(workspace, before.contents, article.contents)
  return article
}

const SCHEDULES = ['scheduled_publish_at', 'scheduled_unpublish_at'] as const

async function saveContents(
  workspace: Workspace,
  article: ArticleRow,
  patches: Patches,
  later: boolean,
): Promise<Changed[]> {
  const { author_id } = mainContent(article)
  const changes: Changed[] = []
  for (const [locale, patch] of patches) {
    const content = article.contents.find((other) => other.locale === locale)
    if (!patch) {
      if (content) {
        await deleteContent(workspace, article.id, locale)
        changes.push({ ...NOTHING_CHANGED, anything: true, visible: true })
      }
    } else if (content) changes.push(await saveContent(workspace, article.id, content, patch, later))
    else {
      if (patch.texts.title === undefined) throw missing(`translated_content.${locale}.title is required`)
      await createContent(workspace, { id: article.id, author_id }, locale, patch)
      const published = patch.state === 'published'
      changes.push({ ...NOTHING_CHANGED, anything: true, visible: true, published })
    }
  }
  return changes
}

/** Its translations, versions, statistics and the redirects to it are deleted too. */
export async function removeArticle(workspace: Workspace, id: string, { public_url }: Saving): Promise<void> {
  const article = found(await lockArticle(workspace, id))
  await emitArticle(workspace, 'article.deleted', article, public_url)
  await emitAudiencesOf(workspace, article.contents, [])
  await deleteArticle(workspace, article.id)
}

/** Returns the collections that a request names, or undefined if it names none. */
function parentsOf({ parent_ids, parent_id }: ArticleRequest): string[] | undefined {
  if (parent_ids) return [...new Set(parent_ids)]
  if (parent_id === undefined) return undefined
  return parent_id ? [parent_id] : []
}

async function helpCenterOfParents(workspace: Workspace, [first]: readonly string[]) {
  if (first === undefined) return defaultHelpCenter(workspace)
  const [collection] = await holdCollections(workspace, [first])
  if (!collection) throw notFound(`Collection ${first} not found`)
  return theHelpCenter(workspace, collection.help_center_id)
}

async function assertKnown(
  workspace: Workspace,
  { folder_id = null }: ArticleRequest,
  patches: Patches,
  parents: readonly string[],
): Promise<void> {
  const named = [...patches.values()].flatMap((patch) => (patch ? [patch] : []))
  await assertAuthors(workspace, [...new Set(named.flatMap(({ texts: { author_id } }) => author_id ?? []))])
  await assertCollections(workspace, parents)
  await assertFolder(workspace, folder_id)
  await assertKnownAudiences(
    workspace,
    named.flatMap(({ settings: { audience_ids } }) => audience_ids ?? []),
  )
}
