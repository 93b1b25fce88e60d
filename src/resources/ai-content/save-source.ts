// Creates, changes and deletes content import sources.
import { found, invalid } from '#http/errors.ts'
import { assertKnownAudiences } from '#resources/audiences/known.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { beginCrawl } from './crawl/crawl.ts'
import { applyAudiences } from './page-queries.ts'
import {
  deleteSource,
  type ImportSourceRow,
  insertSource,
  lockSource,
  type NewImportSource,
  updateSource,
} from './queries.ts'
import { type ImportSourceRequest, type NewImportSourceRequest, presentImportSource } from './schema.ts'
import { type ImportSourceTopic, importSourceEvents } from './topics.ts'
import { emitAudiencesOfPages } from './write-page.ts'

export type NewSource = Omit<NewImportSourceRequest, 'sync_behavior'> & {
  sync_behavior: ImportSourceRow['sync_behavior']
}

export async function createSource(workspace: Workspace, request: NewSource): Promise<ImportSourceRow> {
  const { sync_behavior, url, status = 'active' } = request
  const audience_ids = idsOf(request.audience_ids ?? [])
  await assertKnownAudiences(workspace, audience_ids)
  const source = await insertSource(workspace, { sync_behavior, url, status, audience_ids })
  await emitSource(workspace, 'content_import_source.created', source)
  if (isCrawled(source)) await beginCrawl(workspace, source)
  return source
}

/** @throws a 400 if the source would change to or from the API, or its URL while it is synchronised. */
export async function changeSource(
  workspace: Workspace,
  id: string,
  { apply_audience_to_existing_content = false, ...request }: ImportSourceRequest,
): Promise<ImportSourceRow> {
  const before = found(await lockSource(workspace, id))
  const sync_behavior = request.sync_behavior === 'automated' ? 'automatic' : request.sync_behavior
  if ((sync_behavior === 'api') !== (before.sync_behavior === 'api'))
    throw invalid('sync_behavior cannot be changed to or from api')
  if (before.sync_behavior !== 'api' && request.url !== before.url)
    throw invalid('url can only be changed if sync_behavior is api')
  const { url, status = before.status } = request
  const after: NewImportSource = { sync_behavior, url, status, audience_ids: before.audience_ids.map(Number) }
  if (request.audience_ids !== undefined) {
    after.audience_ids = idsOf(request.audience_ids ?? [])
    await assertKnownAudiences(workspace, after.audience_ids)
  }
  const source = await updateSource(workspace, before.id, after)
  if (apply_audience_to_existing_content) {
    await emitAudiencesOfPages(workspace, source.id, source.audience_ids)
    await applyAudiences(workspace, source)
  }
  if (isCrawled(source) && !isCrawled(before)) await beginCrawl(workspace, source)
  if (!isSame(before, after)) await emitSource(workspace, 'content_import_source.updated', source)
  return source
}

const isCrawled = ({ sync_behavior, status }: ImportSourceRow): boolean =>
  sync_behavior === 'automatic' && status === 'active'

/** A change of audiences alone is no event. */
const isSame = (before: ImportSourceRow, after: NewImportSource): boolean =>
  before.url === after.url && before.status === after.status && before.sync_behavior === after.sync_behavior

/** Also deletes its pages. */
export async function removeSource(workspace: Workspace, id: string): Promise<void> {
  const source = found(await lockSource(workspace, id))
  await emitAudiencesOfPages(workspace, source.id, [])
  await deleteSource(workspace, source.id)
  await importSourceEvents.emit(workspace, {
    ...{ topic: 'content_import_source.deleted', object_id: source.id },
    snapshot: () => ({ type: 'content_import_source', id: Number(source.id), deleted: true }),
  })
}

const emitSource = (workspace: Workspace, topic: ImportSourceTopic, source: ImportSourceRow) =>
  importSourceEvents.emit(workspace, { topic, object_id: source.id, snapshot: () => presentImportSource(source) })

/** Returns each id once. */
export const idsOf = (ids: number | readonly number[]): number[] => [...new Set([ids].flat())]
