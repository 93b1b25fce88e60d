// Files that were sent along, and those that are still to be fetched.
import { type Fragment, one, type Pool, rowId, type Sql } from '#db/sql.ts'
import type { UnclaimedFile } from '#files/files.ts'
import { claimedFile } from '#files/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'

/** `key` is null where the bytes are still in the row. */
export type FileRow = { name: string; content_type: string; size: number; sha256: Buffer; key: string | null }

export type NewFile = Omit<UnclaimedFile, 'head'> & { name: string; content_type: string }

/** Takes the note away that nothing refers to the file; none where that was for too long, and the file is gone. */
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

export type AtMeta = { name: string; content_type: string; media_id: string }

/** What somebody sent by WhatsApp, due to be fetched from Meta at once: its id. */
export const insertAtMeta = (workspace: Workspace, { name, content_type, media_id }: AtMeta) =>
  one(workspace.sql<{ id: string }[]>`
    insert into attachments (workspace_id, name, content_type, whatsapp_media_id, fetch_due_at, created_at)
    values (${workspace.id}, ${name}, ${content_type}, ${media_id}, now(), ${workspace.now()})
    returning id`) as Promise<{ id: string }>

export const deleteAttachment = (workspace: Workspace, id: string) => workspace.sql`
  delete from attachments where workspace_id = ${workspace.id} and id = ${id}`

/** A file that is still at Meta: what came of it last, and whether it is given up. */
export const findAwaited = (sql: Sql, workspace_id: string, id: string) =>
  one(sql<{ fetch_error: string | null; is_lost: boolean }[]>`
    select fetch_error, fetch_due_at is null as is_lost from attachments
    where workspace_id = ${workspace_id} and id = ${rowId(id)} and whatsapp_media_id is not null and key is null`)

/** What hangs there as it is now: what has been fetched since is a file of ours, and no longer elsewhere. */
export const attachmentsAsTheyAre = ({ sql, id }: Pick<Workspace, 'sql' | 'id'>, column: Fragment): Fragment => sql`
  case when ${column} = '[]' then ${column} else (
    select jsonb_agg(
      case
        when files.key is not null then kept - array['url', 'awaited'] ||
          jsonb_build_object('content_type', files.content_type, 'filesize', files.size)
        when kept ? 'awaited' and files.fetch_due_at is null then kept ||
          jsonb_build_object('lost', coalesce(files.fetch_error, ''))
        else kept end
      order by place)
    from jsonb_array_elements(${column}) with ordinality as one (kept, place)
    left join attachments files on files.workspace_id = ${id} and files.id = (kept ->> 'file_id')::bigint
      and kept ?| array['url', 'awaited']
  ) end as attachments`

/** It lies at `url`, or at Meta under `media_id`. */
export type DueFetch = { workspace_id: string; id: string; name: string; attempt: number } & (
  | { url: string; media_id: null }
  | { url: null; media_id: string }
)

/**
 * Takes up to `room` files that are due to be fetched, and of each workspace no more than `share`: whoever has ten
 * thousand makes nobody wait. They are due again after `seconds`, unless somebody writes down what came of them.
 * Without `elsewhere` only what lies at Meta is taken.
 */
export const leaseFetches = (
  sql: Pool,
  { room, share, seconds, elsewhere = true }: { room: number; share: number; seconds: number; elsewhere?: boolean },
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
        and (${elsewhere} or whatsapp_media_id is not null)
      order by fetch_due_at limit ${share} for update skip locked
    ) picked
    order by random() limit ${room}
  )
  update attachments set fetch_due_at = now() + ${seconds} * interval '1 second', fetch_attempts = fetch_attempts + 1
  from due where attachments.workspace_id = due.workspace_id and attachments.id = due.id
  returning attachments.workspace_id, attachments.id, name, source_url as url, whatsapp_media_id as media_id,
    fetch_attempts as attempt`

type OneFetch = Pick<DueFetch, 'workspace_id' | 'id'>

/** True where it is a file of ours now; false where the attachment is gone, or somebody else has fetched it. */
export async function keepFetched(sql: Pool, { workspace_id, id }: OneFetch, file: Omit<NewFile, 'name'>) {
  const kept = await sql`
    with waiting as (
      select from attachments where workspace_id = ${workspace_id} and id = ${id} and key is null for update
    ),
    claimed as (${claimedFile(sql, file.key, sql`exists (select from waiting)`)})
    update attachments set key = claimed.key, content_type = ${file.content_type}, size = ${file.size},
      sha256 = ${file.sha256}, fetch_due_at = null, fetch_error = null
    from claimed where workspace_id = ${workspace_id} and id = ${id}`
  return kept.count > 0
}

/** `wait_seconds` null: it is given up. `reason` in words. */
export const putOffFetch = (sql: Pool, { workspace_id, id }: OneFetch, wait_seconds: number | null, reason: string) =>
  sql`
  update attachments set fetch_due_at = now() + ${wait_seconds}::int * interval '1 second', fetch_error = ${reason}
  where workspace_id = ${workspace_id} and id = ${id} and key is null`

/** The account that fetches from Meta has changed: whatever waits for a next attempt there is due at once. */
export const retryFetchesFromMeta = (sql: Sql, workspace_id: string) => sql`
  update attachments set fetch_due_at = now()
  where workspace_id = ${workspace_id} and fetch_due_at > now() and whatsapp_media_id is not null`
