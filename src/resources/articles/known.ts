// Checks that what an article names exists: its authors and collections.
import { invalid, notFound } from '#http/errors.ts'
import { listAdmins } from '#resources/admins/queries.ts'
import { holdCollections } from '#resources/help-centers/collections/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'

/** @throws a 400 for a bot, and for who is no teammate. */
export async function assertAuthors(workspace: Workspace, ids: readonly string[]): Promise<void> {
  if (!ids.length) return
  const admins = new Set((await listAdmins(workspace)).map(({ id }) => id))
  const unknown = ids.find((id) => !admins.has(id))
  if (unknown) throw invalid(`author_id must be the id of a teammate, and ${unknown} is none`)
}

/** Keeps the collections until the transaction ends. @throws a 404 for an unknown one. */
export async function assertCollections(workspace: Workspace, ids: readonly string[]): Promise<void> {
  if (!ids.length) return
  const known = new Set((await holdCollections(workspace, ids)).map(({ id }) => id))
  const unknown = ids.find((id) => !known.has(id))
  if (unknown) throw notFound(`Collection ${unknown} not found`)
}
