// Files that were sent along, and those that are still to be fetched.
import { type Fragment, one, type Pool, rowId, type Sql } from '#db/sql.ts'
import type { KeptFile } from '#files/files.ts'
import type { Workspace } from '#workspaces/workspace.ts'

/** `key` is null where the bytes are still in the row. */
export type FileRow = { name: string; content_type: string; size: number; sha256: Buffer; key: string | null }

export type NewFile = Omit<KeptFile, 'head'> & { name: string; content_type: string }

/** Takes the note away that nothing refers to the file; none where that was for too long, and the file is gone. */
export const insertFile = (workspace: Workspace, { key, size, sha256, name, content_type }: NewFile) =>
  one(workspace.sql<{ id: string }[]>`
    with claimed as (
      delete from unclaimed_files where key = ${key} and starts_with(key, ${`${workspace.id}/`}) returning key
    )
    insert into attachments (workspace_id, name, content_type, size, sha256, key, created_at)
    select ${workspace.id}, ${name}, ${content_type}, ${size}, ${sha256}, key, ${workspace.now()} from claimed
    returning id`)

export const findFile = (sql: Sql, workspace_id: string, id: string) =>
  one(sql<FileRow[]>`
    select name, content_type, size, sha256, key from attachments
    where workspace_id = ${workspace_id} and id = ${rowId(id)} and (key is not null or data is not null)`)

/** The bytes of a file from before there was a storage. */
export const readOldBytes = async (sql: Sql, workspace_id: string, id: string): Promise<Buffer> => {
  const [row] = await sql<{ data: Buffer }[]>`
    select data from attachments where workspace_id = ${workspace_id} and id = ${rowId(id)}`
  return row?.data ?? Buffer.alloc(0)
}

export type FileElsewhere = { name: string; content_type: string; url: string }

/** In the order of the files: their ids. They are due to be fetched at once. */
export const insertElsewhere = (workspace: Workspace, files: FileElsewhere[]) => workspace.sql<{ id: string }[]>`
  insert into attachments (workspace_id, name, content_type, source_url, fetch_due_at, created_at)
  select ${workspace.id}, name, content_type, url, now(), ${workspace.now()}
  from unnest(${files.map(({ name }) => name)}::text[], ${files.map((file) => file.content_type)}::text[],
    ${files.map(({ url }) => url)}::text[]) with ordinality as one (name, content_type, url, place)
  order by place
  returning id`

/** What hangs there as it is now: what has been fetched since is a file of ours, and no longer elsewhere. */
export const attachmentsAsTheyAre = ({ sql, id }: Pick<Workspace, 'sql' | 'id'>, column: Fragment): Fragment => sql`
  case when ${column} = '[]' then ${column} else (
    select jsonb_agg(
      case when files.id is null then kept
      else kept - 'url' || jsonb_build_object('content_type', files.content_type, 'filesize', files.size) end
      order by place)
    from jsonb_array_elements(${column}) with ordinality as one (kept, place)
    left join attachments files on files.workspace_id = ${id} and files.id = (kept ->> 'file_id')::bigint
      and kept ? 'url' and files.key is not null
  ) end as attachments`

export type DueFetch = FileElsewhere & { workspace_id: string; id: string; attempt: number }

/**
 * Takes up to `room` files that are due to be fetched, and of each workspace no more than `share`: whoever has ten
 * thousand makes nobody wait. They are due again after `seconds`, unless somebody writes down what came of them.
 */
export const leaseFetches = (
  sql: Pool,
  { room, share, seconds }: { room: number; share: number; seconds: number },
) => sql<DueFetch[]>`
  with recursive lanes as (
    (select workspace_id from attachments where fetch_due_at is not null order by workspace_id limit 1)
    union all
    select next.workspace_id from lanes cross join lateral (
      select workspace_id from attachments
      where fetch_due_at is not null and workspace_id > lanes.workspace_id order by workspace_id limit 1
    ) next
  ),
  due as (
    select picked.* from lanes cross join lateral (
      select workspace_id, id from attachments
      where workspace_id = lanes.workspace_id and fetch_due_at <= now()
      order by fetch_due_at limit ${share} for update skip locked
    ) picked
    order by random() limit ${room}
  )
  update attachments set fetch_due_at = now() + ${seconds} * interval '1 second', fetch_attempts = fetch_attempts + 1
  from due where attachments.workspace_id = due.workspace_id and attachments.id = due.id
  returning attachments.workspace_id, attachments.id, name, content_type, source_url as url, fetch_attempts as attempt`

type OneFetch = Pick<DueFetch, 'workspace_id' | 'id'>

/** True where it is a file of ours now; false where the attachment is gone, or somebody else has fetched it. */
export async function keepFetched(sql: Pool, { workspace_id, id }: OneFetch, file: Omit<NewFile, 'name'>) {
  const kept = await sql`
    with waiting as (
      select from attachments where workspace_id = ${workspace_id} and id = ${id} and key is null for update
    ),
    claimed as (
      delete from unclaimed_files where key = ${file.key} and exists (select from waiting) returning key
    )
    update attachments set key = claimed.key, content_type = ${file.content_type}, size = ${file.size},
      sha256 = ${file.sha256}, fetch_due_at = null
    from claimed where workspace_id = ${workspace_id} and id = ${id}`
  return kept.count > 0
}

/** `wait_seconds` null: it is given up. */
export const putOffFetch = (sql: Pool, { workspace_id, id }: OneFetch, wait_seconds: number | null) => sql`
  update attachments set fetch_due_at = now() + ${wait_seconds}::int * interval '1 second'
  where workspace_id = ${workspace_id} and id = ${id} and key is null`
