// The SQL of folders.
import { beyond, cursorValue, inOrder, oldestById, type Page, type PageResult, pageResult } from '#db/page.ts'
import { type Fragment, one, rowId } from '#db/sql.ts'
import type { Workspace } from '#workspaces/workspace.ts'

export type FolderRow = {
  id: string
  name: string
  description: string | null
  emoji: string | null
  parent_folder_id: string | null
  content_count: number
  created_at: Date
  updated_at: Date
}
export type NewFolder = Pick<FolderRow, 'name' | 'description' | 'emoji' | 'parent_folder_id'>

/**
 * Counts the content of a kind that is directly in a folder: SQL for an integer. Its noun provides it, because this folder
 * imports none of them.
 */
export type CountContent = (workspace: Workspace, folder_id: Fragment) => Fragment

export type FolderCounts = readonly CountContent[]

const columns = (workspace: Workspace, counts: FolderCounts) => {
  const { sql } = workspace
  const count = counts.reduce((sum, count) => sql`${sum} + ${count(workspace, sql`folders.id`)}`, sql`0`)
  return sql`folders.id, name, description, emoji, parent_folder_id, (${count})::integer as content_count, created_at,
    updated_at`
}

/** Returns a page of folders, oldest first; with `parent_folder_id`, of those directly in that folder. */
export async function pageOfFolders(
  workspace: Workspace,
  parent_folder_id: string | undefined,
  page: Page,
  counts: FolderCounts,
): Promise<PageResult<FolderRow>> {
  const { sql, id } = workspace
  const order = oldestById(workspace)
  const asked = parent_folder_id === undefined ? sql`true` : sql`parent_folder_id = ${rowId(parent_folder_id)}`
  const rows = await sql<(FolderRow & { cursor_value: string })[]>`
    select ${columns(workspace, counts)}, ${cursorValue(workspace, order)} from folders
    where workspace_id = ${id} and ${asked} and ${beyond(workspace, order, page)} ${inOrder(workspace, order, page)}`
  return pageResult(rows, page, async () => {
    const [{ count }] = await sql<[{ count: number }]>`
      select count(*)::integer as count from folders where workspace_id = ${id} and ${asked}`
    return count
  })
}

export const findFolder = (workspace: Workspace, id: string, counts: FolderCounts) =>
  one(workspace.sql<FolderRow[]>`
    select ${columns(workspace, counts)} from folders where workspace_id = ${workspace.id} and id = ${rowId(id)}`)

/** One change of the tree at a time: otherwise two moves could make a circle. Until the transaction ends. */
export const lockTree = ({ sql, id }: Workspace) => sql`
  select pg_advisory_xact_lock(hashtextextended(${`folders ${id}`}, 0))`

/** Locks the folder until the transaction ends. */
export const lockFolder = (workspace: Workspace, id: string) =>
  one(workspace.sql<FolderRow[]>`
    select ${columns(workspace, [])} from folders
    where workspace_id = ${workspace.id} and id = ${rowId(id)} for update`)

/** Keeps the folder until the transaction ends. */
export const holdFolder = (workspace: Workspace, id: string) =>
  one(workspace.sql<{ id: string }[]>`
    select id from folders where workspace_id = ${workspace.id} and id = ${rowId(id)} for key share`)

/** A query of the `id` of a folder and of all folders in it, at any depth. */
export const folderWithDescendants = ({ sql, id: workspace_id }: Workspace, id: string): Fragment => sql`
  with recursive tree as (
    select id from folders where workspace_id = ${workspace_id} and id = ${rowId(id)}
    union
    select folders.id from folders join tree on parent_folder_id = tree.id where workspace_id = ${workspace_id}
  ) select id from tree`

export const isWithin = async (workspace: Workspace, id: string, folder_id: string): Promise<boolean> => {
  const [row] = await workspace.sql`
    select 1 where ${id}::bigint in (${folderWithDescendants(workspace, folder_id)})`
  return row !== undefined
}

/** Whether the folder has neither folders nor content. */
export const isEmpty = async (workspace: Workspace, id: string, counts: FolderCounts): Promise<boolean> => {
  const { sql } = workspace
  const [row] = await sql`
    select 1 where exists (select from folders where workspace_id = ${workspace.id} and parent_folder_id = ${id})
      or ${counts.reduce((sum, count) => sql`${sum} + ${count(workspace, sql`${id}::bigint`)}`, sql`0`)} > 0`
  return row === undefined
}

export const insertFolder = async (workspace: Workspace, folder: NewFolder): Promise<string> => {
  const [{ id }] = await workspace.sql<[{ id: string }]>`
    insert into folders (workspace_id, name, description, emoji, parent_folder_id, created_at, updated_at)
    values (${workspace.id}, ${folder.name}, ${folder.description}, ${folder.emoji}, ${folder.parent_folder_id},
      ${workspace.now()}, ${workspace.now()})
    returning id`
  return id
}

export const updateFolder = (workspace: Workspace, id: string, folder: NewFolder) => workspace.sql`
  update folders set name = ${folder.name}, description = ${folder.description}, emoji = ${folder.emoji},
    parent_folder_id = ${folder.parent_folder_id}, updated_at = ${workspace.now()}
  where workspace_id = ${workspace.id} and id = ${id}`

export const deleteFolder = (workspace: Workspace, id: string) => workspace.sql`
  delete from folders where workspace_id = ${workspace.id} and id = ${id}`
