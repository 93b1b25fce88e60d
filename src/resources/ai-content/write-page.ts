// Writes external pages, with the events of the audiences that they are put in or taken out of.
import { emitMemberships } from '#resources/audiences/emit-memberships.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import {
  type ExternalPageRow,
  findPageLocked,
  type IngestedPage,
  lockExternalId,
  lockPagesOf,
  upsertExternalPage,
} from './page-queries.ts'
import type { ImportSourceRow } from './queries.ts'

/** Inserts the page, or updates the one of the source that has its external id. */
export async function writePage(
  workspace: Workspace,
  source: ImportSourceRow,
  written: IngestedPage,
): Promise<ExternalPageRow> {
  await lockExternalId(workspace, source.id, written.external_id)
  const before = await findPageLocked(workspace, source.id, written.external_id)
  const page = await upsertExternalPage(workspace, source, written)
  await emitAudiencesOf(workspace, page, before?.audience_ids ?? [])
  return page
}

/** `before`: the audiences that the page had. */
export const emitAudiencesOf = (
  workspace: Workspace,
  { id, audience_ids }: Pick<ExternalPageRow, 'id' | 'audience_ids'>,
  before: readonly string[],
) => emitMemberships(workspace, { type: 'external_content', id }, before.map(Number), audience_ids.map(Number))

/** Writes the events of all pages of a source that get these audiences instead of their own. */
export async function emitAudiencesOfPages(workspace: Workspace, source_id: string, audience_ids: string[]) {
  for (const page of await lockPagesOf(workspace, source_id, audience_ids))
    await emitAudiencesOf(workspace, { id: page.id, audience_ids }, page.audience_ids)
}
