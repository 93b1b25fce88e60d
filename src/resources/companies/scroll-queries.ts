// The open scroll of a workspace over its companies. It shows the companies of the time when it was opened.
import { one } from '#db/sql.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { type ListedCompanyRow, listedColumns } from './queries.ts'

const OBJECT = 'company'

export type Scroll = { scroll_param: string; after_id: string; opened_at: Date }

/** Returns undefined if a scroll is open that was used since `idle_since`. */
export const openScroll = (workspace: Workspace, scroll_param: string, idle_since: Date) =>
  one(workspace.sql<Scroll[]>`
    insert into scrolls (workspace_id, object_type, scroll_param, after_id, opened_at, used_at)
    values (${workspace.id}, ${OBJECT}, ${scroll_param}, '', ${workspace.now()}, ${workspace.now()})
    on conflict (workspace_id, object_type) do update set
      scroll_param = excluded.scroll_param, after_id = '', opened_at = excluded.opened_at, used_at = excluded.used_at
    where scrolls.used_at <= ${idle_since}
    returning scroll_param, after_id, opened_at`)

/** Returns the scroll if it was used since `idle_since`, and locks it until the transaction ends. */
export const lockScroll = (workspace: Workspace, scroll_param: string, idle_since: Date) =>
  one(workspace.sql<Scroll[]>`
    select scroll_param, after_id, opened_at from scrolls
    where workspace_id = ${workspace.id} and object_type = ${OBJECT} and scroll_param::text = ${scroll_param}
      and used_at > ${idle_since}
    for update`)

export const moveScroll = (workspace: Workspace, { scroll_param }: Scroll, after_id: string) => workspace.sql`
  update scrolls set after_id = ${after_id}, used_at = ${workspace.now()}
  where workspace_id = ${workspace.id} and object_type = ${OBJECT} and scroll_param = ${scroll_param}`

export const closeScroll = (workspace: Workspace, { scroll_param }: Scroll) => workspace.sql`
  delete from scrolls
  where workspace_id = ${workspace.id} and object_type = ${OBJECT} and scroll_param = ${scroll_param}`

/** Returns the next companies of a scroll, with and without contacts, oldest first. */
export const companiesOfScroll = (workspace: Workspace, { after_id, opened_at }: Scroll, limit: number) =>
  workspace.sql<ListedCompanyRow[]>`
    select ${listedColumns(workspace)} from companies
    where workspace_id = ${workspace.id} and id > ${after_id} and created_at <= ${opened_at} and is_live
    order by id limit ${limit}`
