// Sections: collections within others, for versions that know two levels only.
import { found, invalid, missing } from '#http/errors.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { type CollectionRow, findCollection, listTops, theCollection } from '../collections/queries.ts'
import { changeCollection, createCollection, removeCollection } from '../collections/save.ts'
import type { SectionRequest } from './schema.ts'

/** A section, with the id of the collection at the top of its ancestors. */
type PlacedSection = { row: CollectionRow; top_id: string }

/** @throws a 404 if there is no such collection, or it has no parent. */
export async function theSection(workspace: Workspace, id: string): Promise<PlacedSection> {
  const row = await findCollection(workspace, id)
  return placed(workspace, found(row?.parent_id ? row : undefined))
}

export async function createSection(workspace: Workspace, request: SectionRequest): Promise<PlacedSection> {
  const parent_id = request.parent_id ?? null
  if (parent_id === null) throw missing('parent_id is a required parameter.')
  await assertTop(workspace, parent_id)
  return placed(workspace, await createCollection(workspace, { ...request, parent_id }))
}

/** With the parent that it shows, a section stays where it is, also if it is on a lower level. */
export async function changeSection(
  workspace: Workspace,
  id: string,
  { parent_id, ...request }: SectionRequest,
): Promise<PlacedSection> {
  const { top_id } = await theSection(workspace, id)
  if (parent_id === null) throw invalid('parent_id must be the id of a collection')
  if (parent_id === undefined || parent_id === top_id) {
    return placed(workspace, await changeCollection(workspace, id, request))
  }
  await assertTop(workspace, parent_id)
  return placed(workspace, await changeCollection(workspace, id, { ...request, parent_id }))
}

export async function removeSection(workspace: Workspace, id: string): Promise<void> {
  await theSection(workspace, id)
  await removeCollection(workspace, id)
}

async function assertTop(workspace: Workspace, id: string): Promise<void> {
  const parent = await theCollection(workspace, id)
  if (parent.parent_id !== null) throw invalid('parent_id must be the id of a collection, not of a section')
}

async function placed(workspace: Workspace, row: CollectionRow): Promise<PlacedSection> {
  const tops = await listTops(workspace, [row.id])
  return { row, top_id: tops.get(row.id) as string }
}
