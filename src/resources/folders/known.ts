// Checks that the folder which content names exists.
import { found } from '#http/errors.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { holdFolder } from './queries.ts'

/** Keeps the folder until the transaction ends; null is no folder. @throws a 404 for an unknown one. */
export async function assertFolder(workspace: Workspace, id: string | null): Promise<void> {
  if (id !== null) found(await holdFolder(workspace, id), 'Folder not found')
}
