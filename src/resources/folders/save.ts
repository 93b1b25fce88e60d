// Creates, changes, moves and deletes folders.
import { found, invalid, unprocessable } from '#http/errors.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { assertFolder } from './known.ts'
import {
  deleteFolder,
  type FolderCounts,
  type FolderRow,
  findFolder,
  insertFolder,
  isEmpty,
  isWithin,
  lockFolder,
  lockTree,
  updateFolder,
} from './queries.ts'
import type { FolderFields, NewFolderRequest } from './schema.ts'

export async function createFolder(
  workspace: Workspace,
  { name, description = null, emoji = null, parent_folder_id = null }: NewFolderRequest['folder'],
  counts: FolderCounts,
): Promise<FolderRow> {
  await assertFolder(workspace, parent_folder_id)
  const id = await insertFolder(workspace, { name: name.trim(), description, emoji, parent_folder_id })
  return (await findFolder(workspace, id, counts)) as FolderRow
}

/** What the request leaves out stays. */
export async function changeFolder(
  workspace: Workspace,
  id: string,
  { name, description, emoji, parent_folder_id }: FolderFields,
  counts: FolderCounts,
): Promise<FolderRow> {
  if (parent_folder_id !== undefined) await lockTree(workspace)
  const before = found(await lockFolder(workspace, id))
  if (parent_folder_id) {
    await assertFolder(workspace, parent_folder_id)
    if (await isWithin(workspace, parent_folder_id, before.id))
      throw invalid('folder.parent_folder_id must not be the folder itself, nor a folder in it')
  }
  await updateFolder(workspace, before.id, {
    name: name?.trim() ?? before.name,
    description: description === undefined ? before.description : description,
    emoji: emoji === undefined ? before.emoji : emoji,
    parent_folder_id: parent_folder_id === undefined ? before.parent_folder_id : parent_folder_id,
  })
  return (await findFolder(workspace, before.id, counts)) as FolderRow
}

/** Content that is put into the folder at the same time waits for the lock, and then finds no folder. */
export async function removeFolder(workspace: Workspace, id: string, counts: FolderCounts): Promise<string> {
  const folder = found(await lockFolder(workspace, id))
  if (!(await isEmpty(workspace, folder.id, counts))) throw unprocessable('data_invalid', 'Folder contains content')
  await deleteFolder(workspace, folder.id)
  return folder.id
}
