// Creates and changes external pages.
import { conflict, found, notFound, unprocessable } from '#http/errors.ts'
import { assertKnownAudiences } from '#resources/audiences/known.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import {
  type Availability,
  deleteExternalPage,
  type ExternalPageRow,
  type IngestedPage,
  lockExternalPage,
  updateExternalPage,
} from './page-queries.ts'
import type { ExternalPageRequest, NewExternalPageRequest } from './page-schema.ts'
import { holdSource, type ImportSourceRow } from './queries.ts'
import { idsOf } from './save-source.ts'
import { emitAudiencesOf, writePage } from './write-page.ts'

/** Creates a page, or changes the page of the source that has its external id. `body_text` is the text of its HTML. */
export async function ingestPage(
  workspace: Workspace,
  request: NewExternalPageRequest,
  body_text: string,
): Promise<ExternalPageRow> {
  const source = await theApiSource(workspace, request.source_id)
  return writePage(workspace, source, await ingested(workspace, { ...request, body_text }, request.external_id))
}

/** @throws a 409 if another page of the source has the external id */
export async function changePage(
  workspace: Workspace,
  id: string,
  { fin_availability, ...request }: ExternalPageRequest,
  body_text: string,
): Promise<ExternalPageRow> {
  const page = found(await lockExternalPage(workspace, id))
  await theApiSource(workspace, page.source_id)
  const source = await theApiSource(workspace, request.source_id)
  const external_id = request.external_id ?? page.external_id
  const changes = await ingested(workspace, { ...request, body_text }, external_id, fin_availability)
  const changed = await updateExternalPage(workspace, page.id, { ...changes, source_id: source.id })
  if (!changed) throw conflict('The source already has a page with this external_id')
  await emitAudiencesOf(workspace, changed, page.audience_ids)
  return changed
}

/** Returns the page as it was. */
export async function removePage(workspace: Workspace, id: string): Promise<ExternalPageRow> {
  const page = found(await deleteExternalPage(workspace, id))
  await emitAudiencesOf(workspace, { ...page, audience_ids: [] }, page.audience_ids)
  return page
}

type Given = Omit<NewExternalPageRequest, 'source_id' | 'external_id'> & { body_text: string }

async function ingested(
  workspace: Workspace,
  { title, html, body_text, url = null, locale, ...request }: Given,
  external_id: string,
  fin_availability?: boolean,
): Promise<IngestedPage> {
  const audience_ids = request.audience_ids === undefined ? null : idsOf(request.audience_ids ?? [])
  if (audience_ids) await assertKnownAudiences(workspace, audience_ids)
  return {
    external_id,
    title,
    html,
    body_text,
    url,
    locale,
    audience_ids,
    ...availabilityOf(request, fin_availability),
  }
}

const availabilityOf = (
  request: Partial<Record<keyof Availability, boolean>>,
  fallback: boolean | undefined,
): Availability => ({
  ai_agent_availability: request.ai_agent_availability ?? fallback ?? null,
  ai_copilot_availability: request.ai_copilot_availability ?? fallback ?? null,
  ai_sales_agent_availability: request.ai_sales_agent_availability ?? fallback ?? null,
})

/** @throws a 404 if there is no such source, a 422 if its pages come from a synchronisation. */
async function theApiSource(workspace: Workspace, id: string): Promise<ImportSourceRow> {
  const source = await holdSource(workspace, id)
  if (!source) throw notFound('Content import source not found')
  if (source.sync_behavior !== 'api')
    throw unprocessable('parameter_invalid', 'The pages of a source can only be written if its sync_behavior is api')
  return source
}
