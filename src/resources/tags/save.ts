// POST /tags: one body creates or renames a tag, and attaches it to contacts and companies or detaches it from them.
import type { Static } from 'typebox'
import { badRequest, found, invalid, notFound } from '#http/errors.ts'
import { has } from '#versions/changes.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { deleteTag, findOrInsertTag, findTag, findTagByName, renameTag, type TagRow } from './queries.ts'
import { type CreatedTag, presentTag, type TagRequest } from './schema.ts'

/** How POST /tags reaches objects. Their nouns provide it, because this folder imports none of them. */
export type TagTargets = {
  /** Attaches the tag to the contacts that the request names, or detaches it. Returns those that it found. */
  users(workspace: Workspace, tag: TagRow, named: UserToTag[]): Promise<Static<typeof CreatedTag>['users']>
  /** The same for companies. */
  companies(workspace: Workspace, tag: TagRow, named: CompanyToTag[]): Promise<Static<typeof CreatedTag>['companies']>
  /** Returns the names of the segments that name the tag: as long as there are any, it cannot be deleted. */
  segmentsNaming(workspace: Workspace, tag_id: string): Promise<string[]>
}

export type UserToTag = NonNullable<TagRequest['users']>[number]
export type CompanyToTag = NonNullable<TagRequest['companies']>[number]

export async function saveTag(workspace: Workspace, request: TagRequest, targets: TagTargets) {
  const name = request.name?.trim()
  if (!name) throw invalid('invalid tag parameters')
  const tag =
    request.id === undefined ? await findOrInsertTag(workspace, name) : await rename(workspace, request.id, name)
  const users = await targets.users(workspace, tag, request.users ?? [])
  const companies = await targets.companies(workspace, tag, request.companies ?? [])
  return { ...presentTag(tag), users, companies }
}

async function rename(workspace: Workspace, id: string, name: string): Promise<TagRow> {
  const existing = await findTagByName(workspace, name)
  if (existing && existing.id !== id) throw invalid(`A tag named '${existing.name}' already exists`)
  return found(await renameTag(workspace, id, name))
}

/** A target that does not exist is left out; in older versions it refuses the whole request with this 404. */
export function skipUnknown(workspace: Workspace, message: string, code: string) {
  if (!has(workspace, 'unknown-tag-targets-are-left-out')) throw notFound(message, code)
}

export async function removeTag(workspace: Workspace, id: string, { segmentsNaming }: TagTargets): Promise<void> {
  const tag = found(await findTag(workspace, id))
  const names = await segmentsNaming(workspace, tag.id)
  if (names.length) {
    const message = `Unable to delete Tag with dependent objects. Segments: ${names.join(', ')}.`
    throw badRequest('tag_has_dependent_objects', message)
  }
  await deleteTag(workspace, tag.id)
}
