// The SQL of links between tickets and what they are about.
import type { Workspace } from '#workspaces/workspace.ts'

export type Link = { ticket_id: string; linked_id: string; is_tracker: boolean }

export const insertLink = (workspace: Workspace, { ticket_id, linked_id, is_tracker }: Link) => workspace.sql`
  insert into ticket_links (workspace_id, ticket_id, linked_id, is_tracker, created_at)
  values (${workspace.id}, ${ticket_id}, ${linked_id}, ${is_tracker}, ${workspace.now()})`

/** Returns whether there was such a link. */
export const deleteLink = async ({ sql, id }: Workspace, ticket_id: string, linked_id: string): Promise<boolean> =>
  (
    await sql`
      delete from ticket_links where workspace_id = ${id} and ticket_id = ${ticket_id} and linked_id = ${linked_id}`
  ).count > 0

export const hasTracker = async ({ sql, id }: Workspace, linked_id: string): Promise<boolean> =>
  (
    await sql`
      select from ticket_links where workspace_id = ${id} and linked_id = ${linked_id} and is_tracker`
  ).count > 0

export async function countLinks({ sql, id }: Workspace, ticket_id: string): Promise<number> {
  const [{ count }] = await sql<[{ count: number }]>`
    select count(*)::int as count from ticket_links where workspace_id = ${id} and ticket_id = ${ticket_id}`
  return count
}

/** Returns the ids of what the ticket is linked to, lowest first. */
export async function listLinkedIds({ sql, id }: Workspace, ticket_id: string): Promise<string[]> {
  const rows = await sql<{ linked_id: string }[]>`
    select linked_id from ticket_links where workspace_id = ${id} and ticket_id = ${ticket_id} order by linked_id`
  return rows.map(({ linked_id }) => linked_id)
}
