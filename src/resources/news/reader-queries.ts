// The news that a contact or a visitor reads in a messenger, what they saw, and how they react.
import { beyond, cursorValue, inOrder, type Order, type Page, type PageResult, pageResult } from '#db/page.ts'
import { type Fragment, one, rowId } from '#db/sql.ts'
import { tagIdsOf } from '#resources/tags/fragments.ts'
import type { Workspace } from '#workspaces/workspace.ts'

/** `contact_id` is null for a visitor who is not a contact yet. */
export type Reader = { contact_id: string | null; role: 'user' | 'lead' | 'visitor' }

export type ReadNewsRow = {
  id: string
  title: string
  body: string
  sender_name: string | null
  labels: string[]
  cover_image_url: string | null
  reactions: (string | null)[]
  published_at: Date
  is_seen: boolean
  reaction: string | null
}

/** Selects `id` and `published_at` of the live items on the newsfeeds of the reader, each once. */
function live(workspace: Workspace, { contact_id, role }: Reader): Fragment {
  const { sql, id } = workspace
  return sql`
    select news_item_id as id, min(published_at) as published_at
    from news_assignments
    join newsfeeds on newsfeeds.workspace_id = ${id} and newsfeeds.id = newsfeed_id
    join news_items on news_items.workspace_id = ${id} and news_items.id = news_item_id
    where news_assignments.workspace_id = ${id} and state = 'live' and published_at <= ${workspace.now()}
      and coalesce(audience_role, ${role}) = ${role}
      and (audience_tag_id is null or audience_tag_id = any(${tagIdsOf(workspace, 'contact', sql`${contact_id}::text`)}))
    group by news_item_id`
}

/** Last published first. */
export async function pageOfNews(workspace: Workspace, reader: Reader, page: Page): Promise<PageResult<ReadNewsRow>> {
  const { sql, id } = workspace
  const order: Order = { by: sql`published_at`, type: 'timestamptz', direction: 'desc' }
  const rows = await sql<(ReadNewsRow & { cursor_value: string })[]>`
    with page as (
      select id, published_at, ${cursorValue(workspace, order)} from (${live(workspace, reader)}) live
      where ${beyond(workspace, order, page)} ${inOrder(workspace, order, page)}
    )
    select page.id, title, body, admins.name as sender_name, labels, cover_image_url, reactions, published_at,
      views.news_item_id is not null as is_seen, reaction, cursor_value
    from page
    join news_items on news_items.workspace_id = ${id} and news_items.id = page.id
    left join admins on admins.workspace_id = ${id} and admins.id = sender_id
    left join news_views views
      on views.workspace_id = ${id} and views.news_item_id = page.id and contact_id = ${reader.contact_id}
    order by published_at desc, page.id desc`
  return pageResult(rows, page, async () => (await live(workspace, reader)).count)
}

/** Returns how many items the reader has not seen. Those that are delivered silently do not count. */
export async function countUnreadNews(workspace: Workspace, reader: Reader): Promise<number> {
  const { sql, id } = workspace
  const [{ count }] = await sql<[{ count: number }]>`
    select count(*)::integer as count
    from (${live(workspace, reader)}) live
    join news_items on news_items.workspace_id = ${id} and news_items.id = live.id
    where not deliver_silently and not exists (
      select from news_views
      where news_views.workspace_id = ${id} and news_item_id = live.id and contact_id = ${reader.contact_id})`
  return count
}

/** Returns an item and its reactions, if the reader can read it. */
export const findNewsFor = (workspace: Workspace, reader: Reader, id: string) =>
  one(workspace.sql<{ id: string; reactions: (string | null)[] }[]>`
    select news_items.id, reactions from (${live(workspace, reader)}) live
    join news_items on news_items.workspace_id = ${workspace.id} and news_items.id = live.id
    where live.id = ${rowId(id)}`)

/** Marks all that the contact can read now as seen. */
export const markAllSeen = (workspace: Workspace, reader: Reader & { contact_id: string }) => workspace.sql`
  insert into news_views (workspace_id, news_item_id, contact_id, seen_at)
  select ${workspace.id}, id, ${reader.contact_id}, ${workspace.now()}
  from (${live(workspace, reader)}) live order by id
  on conflict do nothing`

/** Sets the reaction of a contact, who also saw the item then; null removes it. */
export const saveReaction = (workspace: Workspace, id: string, contact_id: string, reaction: string | null) =>
  workspace.sql`
    insert into news_views (workspace_id, news_item_id, contact_id, seen_at, reaction)
    values (${workspace.id}, ${id}, ${contact_id}, ${workspace.now()}, ${reaction})
    on conflict (workspace_id, news_item_id, contact_id) do update set reaction = excluded.reaction`

/** Gives what one contact saw to another one, whose own reactions stay. */
export const moveNewsViews = (workspace: Workspace, from: string, into: string) => workspace.sql`
  with taken as (
    delete from news_views where workspace_id = ${workspace.id} and contact_id = ${from}
    returning news_item_id, seen_at, reaction
  )
  insert into news_views as views (workspace_id, news_item_id, contact_id, seen_at, reaction)
  select ${workspace.id}, news_item_id, ${into}, seen_at, reaction from taken
  on conflict (workspace_id, news_item_id, contact_id) do update set
    seen_at = least(views.seen_at, excluded.seen_at), reaction = coalesce(views.reaction, excluded.reaction)`
