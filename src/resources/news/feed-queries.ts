// The SQL of newsfeeds.
import { beyond, cursorValue, inOrder, oldestById, type Page, type PageResult, pageResult } from '#db/page.ts'
import { one, rowId } from '#db/sql.ts'
import type { Workspace } from '#workspaces/workspace.ts'

export type NewsfeedRow = {
  id: string
  name: string
  audience_role: 'user' | 'lead' | 'visitor' | null
  audience_tag_id: string | null
  created_at: Date
  updated_at: Date
}
export type NewNewsfeed = Omit<NewsfeedRow, 'id' | 'created_at' | 'updated_at'>

const columns = ({ sql }: Workspace) => sql`id, name, audience_role, audience_tag_id, created_at, updated_at`

/** Oldest first. A workspace has few. */
export async function pageOfNewsfeeds(workspace: Workspace, page: Page): Promise<PageResult<NewsfeedRow>> {
  const { sql, id } = workspace
  const order = oldestById(workspace)
  const rows = await sql<(NewsfeedRow & { cursor_value: string })[]>`
    select ${columns(workspace)}, ${cursorValue(workspace, order)} from newsfeeds
    where workspace_id = ${id} and ${beyond(workspace, order, page)} ${inOrder(workspace, order, page)}`
  return pageResult(rows, page, async () => (await listNewsfeeds(workspace)).length)
}

/** All of them, oldest first. */
export const listNewsfeeds = (workspace: Workspace) => workspace.sql<NewsfeedRow[]>`
  select ${columns(workspace)} from newsfeeds where workspace_id = ${workspace.id} order by id`

export const findNewsfeed = (workspace: Workspace, id: string) =>
  one(workspace.sql<NewsfeedRow[]>`
    select ${columns(workspace)} from newsfeeds where workspace_id = ${workspace.id} and id = ${rowId(id)}`)

/** Locks the newsfeed until the transaction ends. */
export const lockNewsfeed = (workspace: Workspace, id: string) =>
  one(workspace.sql<NewsfeedRow[]>`
    select ${columns(workspace)} from newsfeeds
    where workspace_id = ${workspace.id} and id = ${rowId(id)} for update`)

/** Returns those of the newsfeeds that exist; none of them is deleted until the transaction ends. */
export const holdFeeds = (workspace: Workspace, ids: readonly string[]) => workspace.sql<{ id: string }[]>`
  select id from newsfeeds
  where workspace_id = ${workspace.id} and id = any(${ids.flatMap((id) => rowId(id) ?? [])}::text[]::bigint[])
  order by id for key share`

/** Locks the list of newsfeeds until the transaction ends, and returns their number. */
export async function countFeedsLocked({ sql, id }: Workspace): Promise<number> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`newsfeeds ${id}`}, 0))`
  const [{ count }] = await sql<[{ count: number }]>`
    select count(*)::integer as count from newsfeeds where workspace_id = ${id}`
  return count
}

export const insertNewsfeed = (workspace: Workspace, feed: NewNewsfeed) =>
  one(workspace.sql<NewsfeedRow[]>`
    insert into newsfeeds (workspace_id, name, audience_role, audience_tag_id, created_at, updated_at)
    values (${workspace.id}, ${feed.name}, ${feed.audience_role}, ${feed.audience_tag_id}, ${workspace.now()},
      ${workspace.now()})
    returning ${columns(workspace)}`) as Promise<NewsfeedRow>

export const updateNewsfeed = (workspace: Workspace, id: string, feed: NewNewsfeed) =>
  one(workspace.sql<NewsfeedRow[]>`
    update newsfeeds set name = ${feed.name}, audience_role = ${feed.audience_role},
      audience_tag_id = ${feed.audience_tag_id}, updated_at = ${workspace.now()}
    where workspace_id = ${workspace.id} and id = ${id} returning ${columns(workspace)}`) as Promise<NewsfeedRow>

/** Its items stay. */
export const deleteNewsfeed = (workspace: Workspace, id: string) =>
  one(workspace.sql<{ id: string }[]>`
    delete from newsfeeds where workspace_id = ${workspace.id} and id = ${rowId(id)} returning id`)
