// The SQL of content import sources.
import { beyond, cursorValue, inOrder, oldestById, type Page, type PageResult, pageResult } from '#db/page.ts'
import { one, rowId } from '#db/sql.ts'
import type { Workspace } from '#workspaces/workspace.ts'

export type ImportSourceRow = {
  id: string
  sync_behavior: 'api' | 'automatic' | 'manual'
  status: 'active' | 'deactivated'
  url: string
  audience_ids: string[]
  last_synced_at: Date
  created_at: Date
  updated_at: Date
}
export type NewImportSource = Pick<ImportSourceRow, 'sync_behavior' | 'status' | 'url'> & { audience_ids: number[] }

/** A source is as fresh as the last page that came from it. */
const columns = ({ sql, id }: Workspace) => sql`
  id, sync_behavior, status, url, audience_ids, greatest(last_synced_at, (
    select max(last_ingested_at) from external_pages
    where external_pages.workspace_id = ${id} and source_id = content_import_sources.id
  )) as last_synced_at, created_at, updated_at`

/** Oldest first. */
export async function pageOfSources(workspace: Workspace, page: Page): Promise<PageResult<ImportSourceRow>> {
  const { sql, id } = workspace
  const order = oldestById(workspace)
  const rows = await sql<(ImportSourceRow & { cursor_value: string })[]>`
    select ${columns(workspace)}, ${cursorValue(workspace, order)} from content_import_sources
    where workspace_id = ${id} and ${beyond(workspace, order, page)} ${inOrder(workspace, order, page)}`
  return pageResult(rows, page, async () => {
    const [{ count }] = await sql<[{ count: number }]>`
      select count(*)::integer as count from content_import_sources where workspace_id = ${id}`
    return count
  })
}

export const findSource = (workspace: Workspace, id: string) =>
  one(workspace.sql<ImportSourceRow[]>`
    select ${columns(workspace)} from content_import_sources
    where workspace_id = ${workspace.id} and id = ${rowId(id)}`)

/** Locks the source until the transaction ends. */
export const lockSource = (workspace: Workspace, id: string) =>
  one(workspace.sql<ImportSourceRow[]>`
    select ${columns(workspace)} from content_import_sources
    where workspace_id = ${workspace.id} and id = ${rowId(id)} for update`)

/** Until the transaction ends, the source stays as it is; other transactions can hold it, too. */
export const holdSource = (workspace: Workspace, id: string) =>
  one(workspace.sql<ImportSourceRow[]>`
    select ${columns(workspace)} from content_import_sources
    where workspace_id = ${workspace.id} and id = ${rowId(id)} for share`)

export const insertSource = (workspace: Workspace, source: NewImportSource) =>
  one(workspace.sql<ImportSourceRow[]>`
    insert into content_import_sources (workspace_id, sync_behavior, status, url, audience_ids, last_synced_at, created_at,
      updated_at)
    values (${workspace.id}, ${source.sync_behavior}, ${source.status}, ${source.url},
      ${source.audience_ids}::text[]::bigint[], ${workspace.now()}, ${workspace.now()}, ${workspace.now()})
    returning ${columns(workspace)}`) as Promise<ImportSourceRow>

export const updateSource = (workspace: Workspace, id: string, source: NewImportSource) =>
  one(workspace.sql<ImportSourceRow[]>`
    update content_import_sources set sync_behavior = ${source.sync_behavior}, status = ${source.status},
      url = ${source.url}, audience_ids = ${source.audience_ids}::text[]::bigint[], updated_at = ${workspace.now()}
    where workspace_id = ${workspace.id} and id = ${id} returning ${columns(workspace)}`) as Promise<ImportSourceRow>

/** Also deletes its pages. */
export const deleteSource = (workspace: Workspace, id: string) =>
  one(workspace.sql<{ id: string }[]>`
    delete from content_import_sources where workspace_id = ${workspace.id} and id = ${rowId(id)} returning id`)

/** Takes a deleted audience out of the sources and pages. */
export async function forgetAudience({ sql, id }: Workspace, audience_id: string): Promise<void> {
  for (const table of ['content_import_sources', 'external_pages'])
    await sql`
      update ${sql(table)} set audience_ids = array_remove(audience_ids, ${audience_id}::bigint)
      where workspace_id = ${id} and audience_ids @> array[${audience_id}::bigint]`
}
