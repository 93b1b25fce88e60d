// The SQL of news items and of their newsfeeds.
import {
  beyond,
  cursorValue,
  inOrder,
  type Order,
  oldestById,
  type Page,
  type PageResult,
  pageResult,
} from '#db/page.ts'
import { type Fragment, one, rowId } from '#db/sql.ts'
import type { Workspace } from '#workspaces/workspace.ts'

/** `published_at` in Unix seconds. */
export type Assignment = { newsfeed_id: string; published_at: number | null }

export type NewsItemRow = {
  id: string
  title: string
  body: string
  sender_id: string
  state: 'draft' | 'live'
  labels: string[]
  cover_image_url: string | null
  reactions: (string | null)[]
  deliver_silently: boolean
  created_at: Date
  updated_at: Date
  assignments: Assignment[]
}
export type NewNewsItem = Omit<NewsItemRow, 'id' | 'created_at' | 'updated_at' | 'assignments'>

const columns = ({ sql, id }: Workspace) => sql`
  news_items.id, title, body, sender_id, state, labels, cover_image_url, reactions, deliver_silently,
  news_items.created_at, news_items.updated_at, (
    select coalesce(json_agg(json_build_object('newsfeed_id', newsfeed_id::text,
      'published_at', floor(extract(epoch from published_at))) order by newsfeed_id), '[]')
    from news_assignments where news_assignments.workspace_id = ${id} and news_item_id = news_items.id
  ) as assignments`

type Listed = NewsItemRow & { cursor_value: string }

/** Oldest first. */
export async function pageOfNewsItems(workspace: Workspace, page: Page): Promise<PageResult<NewsItemRow>> {
  const { sql, id } = workspace
  const order = oldestById(workspace)
  const rows = await sql<Listed[]>`
    select ${columns(workspace)}, ${cursorValue(workspace, order)} from news_items
    where workspace_id = ${id} and ${beyond(workspace, order, page)} ${inOrder(workspace, order, page)}`
  return counted(rows, page, 'news_items', () => sql`select from news_items where workspace_id = ${id}`)
}

/** The live items of a newsfeed that are published, newest first. */
export async function pageOfLiveItems(workspace: Workspace, feed_id: string, page: Page) {
  const { sql, id } = workspace
  const order: Order = { by: sql`published_at`, type: 'timestamptz', direction: 'desc' }
  const live = () => sql`
    select news_item_id as id, published_at
    from news_assignments join news_items on news_items.workspace_id = ${id} and news_items.id = news_item_id
    where news_assignments.workspace_id = ${id} and newsfeed_id = ${feed_id} and state = 'live'
      and published_at <= ${workspace.now()}`
  const rows = await sql<Listed[]>`
    with page as (
      select id, published_at, ${cursorValue(workspace, order)} from (${live()}) live
      where ${beyond(workspace, order, page)} ${inOrder(workspace, order, page)}
    )
    select ${columns(workspace)}, cursor_value
    from page join news_items on news_items.workspace_id = ${id} and news_items.id = page.id
    order by page.published_at desc, page.id desc`
  return counted(rows, page, `newsfeed ${feed_id}`, live)
}

/** Returns the page. The total that the first page counted is carried in the cursor. */
async function counted(rows: Listed[], page: Page, of: string, all: () => Fragment): Promise<PageResult<NewsItemRow>> {
  const carried = page.after?.total?.of === of ? page.after.total.count : undefined
  const result = await pageResult(rows, page, async () => carried ?? (await all()).count)
  const { next, total_count: count } = result
  return { ...result, next: next && { ...next, total: { count, of } } }
}

export const findNewsItem = (workspace: Workspace, id: string) =>
  one(workspace.sql<NewsItemRow[]>`
    select ${columns(workspace)} from news_items where workspace_id = ${workspace.id} and id = ${rowId(id)}`)

/** Locks the item until the transaction ends. */
export const lockNewsItem = (workspace: Workspace, id: string) =>
  one(workspace.sql<NewsItemRow[]>`
    select ${columns(workspace)} from news_items
    where workspace_id = ${workspace.id} and id = ${rowId(id)} for update`)

/** Returns the id. */
export const insertNewsItem = (workspace: Workspace, item: NewNewsItem) =>
  one(workspace.sql<{ id: string }[]>`
    insert into news_items (workspace_id, title, body, sender_id, state, labels, cover_image_url, reactions,
      deliver_silently, created_at, updated_at)
    values (${workspace.id}, ${item.title}, ${item.body}, ${item.sender_id}, ${item.state}, ${item.labels},
      ${item.cover_image_url}, ${JSON.stringify(item.reactions)}::text::jsonb, ${item.deliver_silently}, ${workspace.now()},
      ${workspace.now()})
    returning id`) as Promise<{ id: string }>

export const updateNewsItem = (workspace: Workspace, id: string, item: NewNewsItem) => workspace.sql`
  update news_items set title = ${item.title}, body = ${item.body}, sender_id = ${item.sender_id},
    state = ${item.state}, labels = ${item.labels}, cover_image_url = ${item.cover_image_url},
    reactions = ${JSON.stringify(item.reactions)}::text::jsonb, deliver_silently = ${item.deliver_silently},
    updated_at = ${workspace.now()}
  where workspace_id = ${workspace.id} and id = ${id}`

/** Replaces the newsfeeds of an item. */
export async function replaceAssignments(workspace: Workspace, id: string, assignments: readonly Assignment[]) {
  const { sql } = workspace
  await sql`delete from news_assignments where workspace_id = ${workspace.id} and news_item_id = ${id}`
  if (!assignments.length) return
  await sql`
    insert into news_assignments (workspace_id, news_item_id, newsfeed_id, published_at)
    select ${workspace.id}, ${id}, newsfeed_id, to_timestamp(published_at)
    from json_to_recordset(${JSON.stringify(assignments)}::text::json) as given (newsfeed_id bigint, published_at bigint)`
}

export const deleteNewsItem = (workspace: Workspace, id: string) =>
  one(workspace.sql<{ id: string }[]>`
    delete from news_items where workspace_id = ${workspace.id} and id = ${rowId(id)} returning id`)

export type NewsStatistics = { contacts: number; reactions: { reaction: string; count: number }[] }

/** Most frequent reactions first. */
export async function countViews({ sql, id }: Workspace, news_item_id: string): Promise<NewsStatistics> {
  const rows = await sql<{ reaction: string | null; count: number }[]>`
    select reaction, count(*)::integer as count from news_views
    where workspace_id = ${id} and news_item_id = ${news_item_id} group by reaction order by count desc, reaction`
  return {
    contacts: rows.reduce((sum, { count }) => sum + count, 0),
    reactions: rows.flatMap(({ reaction, count }) => (reaction === null ? [] : [{ reaction, count }])),
  }
}
