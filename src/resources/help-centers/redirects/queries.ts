// The SQL of redirects.
import { beyond, cursorValue, inOrder, newest, type Page, type PageResult, pageResult } from '#db/page.ts'
import { one, rowId } from '#db/sql.ts'
import type { Workspace } from '#workspaces/workspace.ts'

export type RedirectRow = {
  id: string
  help_center_id: string
  from_url: string
  locale: string
  article_id: string | null
  collection_id: string | null
  created_at: Date
  updated_at: Date
}

export type NewRedirect = Omit<RedirectRow, 'id' | 'created_at' | 'updated_at'> & { from_path: string }

const columns = ({ sql }: Workspace) => sql`
  id, help_center_id, from_url, locale, article_id, collection_id, created_at, updated_at`

/** Last updated first. */
export async function pageOfRedirects(
  workspace: Workspace,
  help_center_id: string,
  page: Page,
): Promise<PageResult<RedirectRow>> {
  const { sql, id } = workspace
  const order = newest(workspace, 'updated_at')
  const rows = await sql<(RedirectRow & { cursor_value: string })[]>`
    select ${columns(workspace)}, ${cursorValue(workspace, order)} from help_center_redirects
    where workspace_id = ${id} and help_center_id = ${help_center_id} and ${beyond(workspace, order, page)} ${inOrder(workspace, order, page)}`
  return pageResult(rows, page, async () => {
    const [{ count }] = await sql<[{ count: number }]>`
      select count(*)::integer as count from help_center_redirects
      where workspace_id = ${id} and help_center_id = ${help_center_id}`
    return count
  })
}

export const findRedirect = (workspace: Workspace, help_center_id: string, id: string) =>
  one(workspace.sql<RedirectRow[]>`
    select ${columns(workspace)} from help_center_redirects
    where workspace_id = ${workspace.id} and help_center_id = ${rowId(help_center_id)} and id = ${rowId(id)}`)

/** Returns undefined if the help center has a redirect from the same path. */
export const insertRedirect = (workspace: Workspace, redirect: NewRedirect) =>
  one(workspace.sql<RedirectRow[]>`
    insert into help_center_redirects (workspace_id, help_center_id, from_url, from_path, locale, article_id,
      collection_id, created_at, updated_at)
    values (${workspace.id}, ${redirect.help_center_id}, ${redirect.from_url}, ${redirect.from_path}, ${redirect.locale},
      ${redirect.article_id}, ${redirect.collection_id}, ${workspace.now()}, ${workspace.now()})
    on conflict (workspace_id, help_center_id, from_path) do nothing
    returning ${columns(workspace)}`)

export const deleteRedirect = (workspace: Workspace, help_center_id: string, id: string) =>
  one(workspace.sql<{ id: string }[]>`
    delete from help_center_redirects
    where workspace_id = ${workspace.id} and help_center_id = ${rowId(help_center_id)} and id = ${rowId(id)}
    returning id`)
