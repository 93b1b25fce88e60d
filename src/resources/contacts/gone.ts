// The answer for a contact that is not there: a 404, or a 410 that names the contact that it was merged into.
import { ApiError, notFound } from '#http/errors.ts'
import { has } from '#versions/changes.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { findSurvivor } from './merged-queries.ts'

/** Returns the contact. @throws a 404 if there is none, from 2.16 on a 410 if it was merged into a live one. */
export async function foundOrGone<Row>(
  workspace: Workspace,
  row: Row | undefined,
  id: string | undefined,
): Promise<Row> {
  if (row !== undefined) return row
  const asks = id !== undefined && has(workspace, 'merged-contacts-are-gone')
  const survivor = asks ? await findSurvivor(workspace.sql, workspace.id, id) : undefined
  if (!survivor?.is_merged || !survivor.is_live) throw notFound('User Not Found')
  throw new ApiError(
    410,
    'contact_merged',
    "This contact has been merged. See the 'Link' header for the canonical contact.",
    { link: `</contacts/${survivor.id}>; rel="canonical"` },
  )
}
