// The SQL of uploads: the rows of a file while it is received, its place as a part, and how far the sync has come.
import { one, rowId, type Sql } from '#db/sql.ts'
import type { Workspace } from '#workspaces/workspace.ts'

export type UploadRow = {
  id: string
  connector_id: string
  state: 'uploading' | 'processing' | 'completed' | 'expired'
  next_part_number: number
  synced_part: number
  synced_position: number
  synced_count: number
  skipped_count: number
  deleted_count: number
  created_at: Date
  updated_at: Date
}

const columns = ({ sql }: Workspace) => sql`
  id, connector_id, state, next_part_number, synced_part, synced_position, synced_count, skipped_count, deleted_count, created_at, updated_at`

const PREFIX = 'job_catalog_'

/** As `import_job_id` on the wire. */
export const wireId = ({ id }: Pick<UploadRow, 'id'>): string => `${PREFIX}${id}`

const uploadId = (wire_id: string) => (wire_id.startsWith(PREFIX) ? rowId(wire_id.slice(PREFIX.length)) : null)

/** @param wire_id as on the wire */
export const findUpload = (workspace: Workspace, connector_id: string, wire_id: string) =>
  one(workspace.sql<UploadRow[]>`
    select ${columns(workspace)} from ecommerce_uploads
    where workspace_id = ${workspace.id} and connector_id = ${rowId(connector_id)} and id = ${uploadId(wire_id)}`)

/** The latest hundred, the newest first. */
export const listUploads = (workspace: Workspace, connector_id: string) => workspace.sql<UploadRow[]>`
  select ${columns(workspace)} from ecommerce_uploads
  where workspace_id = ${workspace.id} and connector_id = ${connector_id} order by id desc limit 100`

export const findRunningUpload = (workspace: Workspace, connector_id: string) =>
  one(workspace.sql<UploadRow[]>`
    select ${columns(workspace)} from ecommerce_uploads
    where workspace_id = ${workspace.id} and connector_id = ${connector_id} and state in ('uploading', 'processing')`)

export const insertUpload = (workspace: Workspace, connector_id: string) =>
  one(workspace.sql<UploadRow[]>`
    insert into ecommerce_uploads (workspace_id, connector_id, state, created_at, updated_at)
    values (${workspace.id}, ${connector_id}, 'uploading', ${workspace.now()}, ${workspace.now()})
    returning ${columns(workspace)}`) as Promise<UploadRow>

export const insertPart = ({ sql, id, now }: Workspace, upload: UploadRow, file_id: string) => sql`
  with part as (
    insert into ecommerce_parts (workspace_id, upload_id, part_number, file_id)
    values (${id}, ${upload.id}, ${upload.next_part_number}, ${file_id})
  )
  update ecommerce_uploads set next_part_number = next_part_number + 1, updated_at = ${now()}
  where workspace_id = ${id} and id = ${upload.id}`

export const setProcessing = ({ sql, id, now }: Workspace, upload_id: string) => sql`
  update ecommerce_uploads set state = 'processing', updated_at = ${now()}
  where workspace_id = ${id} and id = ${upload_id}`

export const insertStaged = (
  { sql, id }: Workspace,
  file_id: string,
  first_position: number,
  products: readonly string[],
) => sql`
  insert into ecommerce_staged_products (workspace_id, file_id, position, product)
  select ${id}, ${file_id}, ${first_position} + ordinality - 1, product
  from unnest(${products as string[]}::text[]) with ordinality given (product, ordinality)`

/** Removes the rows of a file, unless it became a part. */
export const removeUnused = ({ sql, id }: Workspace, file_id: string) => sql`
  delete from ecommerce_staged_products
  where workspace_id = ${id} and file_id = ${file_id} and not exists (
    select from ecommerce_parts where workspace_id = ${id} and file_id = ${file_id})`

/** Locks the upload until the transaction ends. */
export const lockUpload = (workspace: Workspace, upload_id: string) =>
  one(workspace.sql<UploadRow[]>`
    select ${columns(workspace)} from ecommerce_uploads
    where workspace_id = ${workspace.id} and id = ${rowId(upload_id)} for update`)

export type StagedRow = { part_number: number; position: number; product: string }

/**
 * Returns the next rows that the sync has not gone through, in the order of parts. Each part begins after what was done of
 * it, by its key: a step takes as long at the end of a large file as at its beginning.
 */
export const listStaged = ({ sql, id }: Workspace, upload: UploadRow, count: number) =>
  sql<StagedRow[]>`
    select part_number, position, product
    from ecommerce_parts parts cross join lateral (
      select position, product from ecommerce_staged_products staged
      where staged.workspace_id = ${id} and staged.file_id = parts.file_id
        and staged.position > case when part_number = ${upload.synced_part} then ${upload.synced_position}::int else 0 end
      order by position limit ${count}) rows
    where parts.workspace_id = ${id} and upload_id = ${upload.id} and part_number >= ${upload.synced_part}
    order by part_number, position limit ${count}`

/** `last` is the last row that the sync has gone through. */
export const addSynced = (
  { sql, id, now }: Workspace,
  upload_id: string,
  { last, synced, skipped }: { last: StagedRow; synced: number; skipped: number },
) => sql`
  update ecommerce_uploads
  set synced_part = ${last.part_number}, synced_position = ${last.position}, synced_count = synced_count + ${synced}, skipped_count = skipped_count + ${skipped}, updated_at = ${now()}
  where workspace_id = ${id} and id = ${upload_id}`

/** Its staged rows go, too. */
export const completeUpload = ({ sql, id, now }: Workspace, upload_id: string, deleted_count: number) => sql`
  with staged as (
    delete from ecommerce_staged_products
    where workspace_id = ${id} and file_id in (
      select parts.file_id from ecommerce_parts parts where parts.workspace_id = ${id} and upload_id = ${upload_id})
  )
  update ecommerce_uploads set state = 'completed', deleted_count = ${deleted_count}, updated_at = ${now()}
  where workspace_id = ${id} and id = ${upload_id}`

/** A session without a new part for a day, and a file that became no part for a day, are removed. Of all workspaces. */
export async function expireUploads(sql: Sql): Promise<void> {
  await sql`
    update ecommerce_uploads set state = 'expired'
    where (workspace_id, id) in (
      select workspace_id, id from ecommerce_uploads
      where state = 'uploading' and updated_at < now() - interval '1 day')`
  await sql`
    delete from ecommerce_staged_products staged
    where created_at < now() - interval '1 day' and not exists (
      select from ecommerce_parts parts
      join ecommerce_uploads uploads on uploads.workspace_id = parts.workspace_id and uploads.id = parts.upload_id
      where parts.workspace_id = staged.workspace_id and parts.file_id = staged.file_id
        and uploads.state in ('uploading', 'processing'))`
}
