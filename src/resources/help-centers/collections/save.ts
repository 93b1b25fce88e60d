// Creates and changes collections: their names, and their places in the tree.
import { found, invalid, missing } from '#http/errors.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { lockHelpCenter } from '../queries.ts'
import { translationsIn } from '../translations.ts'
import {
  type CollectionContent,
  type CollectionRow,
  deleteCollection,
  heightOf,
  insertCollection,
  listAncestors,
  nextPosition,
  theCollection,
  updateCollection,
  writeContents,
} from './queries.ts'
import type { CollectionRequest, NewCollectionRequest } from './schema.ts'

/** Levels. Intercom's web app makes three. */
const MAX_DEPTH = 20

export async function createCollection(workspace: Workspace, request: NewCollectionRequest): Promise<CollectionRow> {
  const parent_id = request.parent_id ?? null
  const parent = parent_id !== null ? await theCollection(workspace, parent_id) : undefined
  const asked = request.help_center_id ?? null
  if (parent && asked !== null && parent.help_center_id !== asked)
    throw invalid('help_center_id must be that of the parent collection')
  const help_center = found(await lockHelpCenter(workspace, parent?.help_center_id ?? asked))
  if (parent_id) await theCollection(workspace, parent_id) // It may have been deleted before the lock.
  const contents = contentsAfter({}, help_center.default_locale, request)
  if (parent_id) await assertDepth(workspace, parent_id, 1)
  const position = await nextPosition(workspace, help_center.id, parent_id)
  const id = await insertCollection(workspace, { help_center_id: help_center.id, parent_id, position })
  await writeContents(workspace, id, contents)
  return theCollection(workspace, id)
}

export async function changeCollection(
  workspace: Workspace,
  id: string,
  request: CollectionRequest,
): Promise<CollectionRow> {
  const { help_center_id } = await theCollection(workspace, id)
  const help_center = found(await lockHelpCenter(workspace, help_center_id))
  const before = await theCollection(workspace, id)
  const contents = contentsAfter(before.contents, help_center.default_locale, request)
  const parent_id = request.parent_id === undefined ? before.parent_id : request.parent_id
  const is_moved = parent_id !== before.parent_id
  if (is_moved && parent_id) await assertParent(workspace, before, parent_id)
  const position = is_moved ? await nextPosition(workspace, help_center_id, parent_id) : before.position
  await updateCollection(workspace, id, { parent_id, position })
  await writeContents(workspace, id, contents)
  return theCollection(workspace, id)
}

/** Those within it are deleted too. @throws a 404 if there is no such collection. */
export async function removeCollection(workspace: Workspace, id: string): Promise<void> {
  const { help_center_id } = await theCollection(workspace, id)
  await lockHelpCenter(workspace, help_center_id)
  found(await deleteCollection(workspace, id))
}

async function assertParent(workspace: Workspace, collection: CollectionRow, parent_id: string): Promise<void> {
  const parent = await theCollection(workspace, parent_id)
  if (parent.help_center_id !== collection.help_center_id)
    throw invalid('parent_id must be a collection of the same help center')
  const ancestors = await listAncestors(workspace, parent_id)
  if (ancestors.includes(collection.id)) throw invalid('parent_id must not be the collection itself or one within it')
  await assertDepth(workspace, parent_id, await heightOf(workspace, collection.id))
}

async function assertDepth(workspace: Workspace, parent_id: string, height: number): Promise<void> {
  const { length: depth } = await listAncestors(workspace, parent_id)
  if (depth + height > MAX_DEPTH) throw invalid(`parent_id must not lead to more than ${MAX_DEPTH} levels`)
}

/** Returns the names after a request. What it does not name stays; its `name` and `description` are the default locale's. */
function contentsAfter(
  before: CollectionRow['contents'],
  default_locale: string,
  { name, description, translated_content }: CollectionRequest,
): CollectionRow['contents'] {
  const after = { ...before }
  const given = new Map(translationsIn<CollectionRequest | null>(translated_content))
  if (given.get(default_locale) === null)
    throw invalid(`translated_content.${default_locale} is the default locale and must stay`)
  given.set(default_locale, {
    ...given.get(default_locale),
    ...(name !== undefined && { name }),
    ...(description !== undefined && { description }),
  })
  for (const [locale, content] of given) {
    if (content) after[locale] = contentAfter(before[locale], content, locale === default_locale ? '' : locale)
    else delete after[locale]
  }
  return after
}

/** `locale` is '' for the default one, whose errors name no locale. */
function contentAfter(
  before: CollectionContent | undefined,
  { name, description }: CollectionRequest,
  locale: string,
): CollectionContent {
  const after = name?.trim() ?? before?.name
  if (!after) throw missing(locale ? `translated_content.${locale}.name is required` : 'Name is a required parameter.')
  return { name: after, description: description === undefined ? (before?.description ?? '') : description }
}
