// The SQL of attachments: stored files, and files that are still to be fetched.
import { type Fragment, one, type Pool, rowId, type Sql } from '#db/sql.ts'
import type { UnclaimedFile } from '#files/files.ts'
import { claimedFile } from '#files/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'

/** `key` is null if the bytes are still in the row. */
export type FileRow = { name: string; content_type: string; size: number; sha256: Buffer; key: string | null }

export type NewFile = Omit<UnclaimedFile, 'head'> & { name: string; content_type: string }

/** Claims the file, so that it is not removed. Returns undefined if it was unclaimed for too long and is gone. */
export const insertFile = (workspace: Workspace, { key, size, sha256, name, content_type }: NewFile) =>
  one(workspace.sql<{ id: string }[]>`
    with claimed as (${claimedFile(workspace.sql, key, workspace.sql`starts_with(key, ${`${workspace.id}/`})`)})
    insert into attachments (workspace_id, name, content_type, size, sha256, key, created_at)
    select ${workspace.id}, ${name}, ${content_type}, ${size}, ${sha256}, key, ${workspace.now()} from claimed
    returning id`)

export const findFile = (sql: Sql, workspace_id: string, id: string) =>
  one(sql<FileRow[]>`
    select name, content_type, size, sha256, key from attachments
    where workspace_id = ${workspace_id} and id = ${rowId(id)} and (key is not null or data is not null)`)

/** Returns the bytes of a file that was stored in its row, before files had a storage. */
export const readOldBytes = async (sql: Sql, workspace_id: string, id: string): Promise<Buffer> => {
  const [row] = await sql<{ data: Buffer }[]>`
    select data from attachments where workspace_id = ${workspace_id} and id = ${rowId(id)}`
  return row?.data ?? Buffer.alloc(0)
}

export type RemoteFile = { name: string; content_type: string; url: string }

/** Inserts files that are due to be fetched at once. Returns their ids in the same order. */
export const insertRemoteFiles = (workspace: Workspace, files: RemoteFile[]) => workspace.sql<{ id: string }[]>`
  insert into attachments (workspace_id, name, content_type, source_url, fetch_due_at, created_at)
  select ${workspace.id}, name, content_type, url, now(), ${workspace.now()}
  from unnest(${files.map(({ name }) => name)}::text[], ${files.map((file) => file.content_type)}::text[],
    ${files.map(({ url }) => url)}::text[]) with ordinality as one (name, content_type, url, position)
  order by position
  returning id`

export type MetaFile = { name: string; content_type: string; media_id: string }

/** Inserts a file from WhatsApp that is due to be fetched from Meta at once. */
export const insertMetaFile = (workspace: Workspace, { name, content_type, media_id }: MetaFile) =>
  one(workspace.sql<{ id: string }[]>`
    insert into attachments (workspace_id, name, content_type, whatsapp_media_id, fetch_due_at, created_at)
    values (${workspace.id}, ${name}, ${content_type}, ${media_id}, now(), ${workspace.now()})
    returning id`) as Promise<{ id: string }>

/** Stores a small file in its row: for a demo, which has no storage. */
export const insertSmallFile = (workspace: Workspace, file: { name: string; content_type: string; bytes: Buffer }) =>
  one(workspace.sql<{ id: string }[]>`
    insert into attachments (workspace_id, name, content_type, data, size, sha256, created_at)
    values (${workspace.id}, ${file.name}, ${file.content_type}, ${file.bytes}, ${file.bytes.length},
      sha256(${file.bytes}::bytea), ${workspace.now()})
    returning id`) as Promise<{ id: string }>

export const deleteAttachment = (workspace: Workspace, id: string) => workspace.sql`
  delete from attachments where workspace_id = ${workspace.id} and id = ${id}`

/** Deletes the files that nothing else refers to. The job that removes unclaimed files removes their contents. */
export const deleteAttachments = ({ sql, id }: Pick<Workspace, 'sql' | 'id'>, ids: string[]) => sql`
  delete from attachments where workspace_id = ${id} and id = any(${ids}::bigint[]) and not is_shared`

/** Returns a file for a second use: it stays if the first one is deleted. Undefined if its contents are not stored. */
export const shareFile = ({ sql, id }: Workspace, file_id: string) =>
  one(sql<FileRow[]>`
    update attachments set is_shared = true
    where workspace_id = ${id} and id = ${rowId(file_id)} and (key is not null or data is not null)
    returning name, content_type, size, sha256, key`)

/** Returns the last error of a file that is still at Meta, and whether it was given up. */
export const findAwaited = (sql: Sql, workspace_id: string, id: string) =>
  one(sql<{ fetch_error: string | null; is_lost: boolean }[]>`
    select fetch_error, fetch_due_at is null as is_lost from attachments
    where workspace_id = ${workspace_id} and id = ${rowId(id)} and whatsapp_media_id is not null and key is null`)

/**
 * Returns the column's attachments in their current state: files that were fetched since are ours, others may be lost.
 */
export const currentAttachments = ({ sql, id }: Pick<Workspace, 'sql' | 'id'>, column: Fragment): Fragment => sql`
  case when ${column} is null or ${column} = '[]' then ${column} else (
    select jsonb_agg(
      case
        when files.key is not null then stored - array['url', 'awaited'] ||
          jsonb_build_object('content_type', files.content_type, 'filesize', files.size)
        when stored ? 'awaited' and files.fetch_due_at is null then stored ||
          jsonb_build_object('lost', coalesce(files.fetch_error, ''))
        else stored end
      order by position)
    from jsonb_array_elements(${column}) with ordinality as one (stored, position)
    left join attachments files on files.workspace_id = ${id} and files.id = (stored ->> 'file_id')::bigint
      and stored ?| array['url', 'awaited']
  ) end as attachments`

/** The file is at `url`, or at Meta under `media_id`. */
export type DueFetch = { workspace_id: string; id: string; name: string; attempt: number } & (
  | { url: string; media_id: null }
  | { url: null; media_id: string }
)

/**
 * Leases up to `room` files that are due, and no more than `share` of each workspace, so that a workspace with many
 * files does not delay others. They are due again after `seconds` if no outcome is saved. Without `remote`, leases only
 * files at Meta.
 */
export const leaseFetches = (
  sql: Pool,
  { room, share, seconds, remote = true }: { room: number; share: number; seconds: number; remote?: boolean },
) => sql<DueFetch[]>`
  with recursive workspaces_due as (
    (select workspace_id from attachments where fetch_due_at is not null order by workspace_id limit 1)
    union all
    select next.workspace_id from workspaces_due cross join lateral (
      select workspace_id from attachments
      where fetch_due_at is not null and workspace_id > workspaces_due.workspace_id order by workspace_id limit 1
    ) next
  ),
  due as (
    select picked.* from workspaces_due cross join lateral (
      select workspace_id, id from attachments
      where workspace_id = workspaces_due.workspace_id and fetch_due_at <= now()
        and (${remote} or whatsapp_media_id is not null)
      order by fetch_due_at limit ${share} for update skip locked
    ) picked
    order by random() limit ${room}
  )
  update attachments set fetch_due_at = now() + ${seconds} * interval '1 second', fetch_attempts = fetch_attempts + 1
  from due where attachments.workspace_id = due.workspace_id and attachments.id = due.id
  returning attachments.workspace_id, attachments.id, name, source_url as url, whatsapp_media_id as media_id,
    fetch_attempts as attempt`

type OneFetch = Pick<DueFetch, 'workspace_id' | 'id'>

/** Returns false if the attachment is gone, or another process has fetched its file. */
export async function saveFetched(sql: Pool, { workspace_id, id }: OneFetch, file: Omit<NewFile, 'name'>) {
  const stored = await sql`
    with waiting as (
      select from attachments where workspace_id = ${workspace_id} and id = ${id} and key is null for update
    ),
    claimed as (${claimedFile(sql, file.key, sql`exists (select from waiting)`)})
    update attachments set key = claimed.key, content_type = ${file.content_type}, size = ${file.size},
      sha256 = ${file.sha256}, fetch_due_at = null, fetch_error = null
    from claimed where workspace_id = ${workspace_id} and id = ${id}`
  return stored.count > 0
}

/** Gives the fetch up if `wait_seconds` is null. */
export const postponeFetch = (sql: Pool, { workspace_id, id }: OneFetch, wait_seconds: number | null, reason: string) =>
  sql`
  update attachments set fetch_due_at = now() + ${wait_seconds}::int * interval '1 second', fetch_error = ${reason}
  where workspace_id = ${workspace_id} and id = ${id} and key is null`

/** Makes all waiting fetches from Meta due at once, because the account has changed. */
export const retryFetchesFromMeta = (sql: Sql, workspace_id: string) => sql`
  update attachments set fetch_due_at = now()
  where workspace_id = ${workspace_id} and fetch_due_at > now() and whatsapp_media_id is not null`
