// The SQL of side conversations.
import { beyond, cursorValue, inOrder, type Order, type Page, type PageResult, pageResult } from '#db/page.ts'
import { one, rowId } from '#db/sql.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import type { ConversationRow } from '../queries.ts'

/** A side conversation with the author of its first message. */
export type SideRow = ConversationRow & { author_name: string | null; author_email: string | null }

const columns = ({ sql, id }: Workspace) => sql`
  conversations.*,
  (select name from admins where workspace_id = ${id} and admins.id = author_id::bigint) as author_name,
  (select email from admins where workspace_id = ${id} and admins.id = author_id::bigint) as author_email`

/** Returns a page, in the order in which they were begun. */
export async function pageOfSides(
  workspace: Workspace,
  conversation_id: string,
  page: Page,
): Promise<PageResult<SideRow>> {
  const { sql, id } = workspace
  const order: Order = { by: sql`created_at`, type: 'timestamptz', direction: 'asc' }
  const rows = await sql<(SideRow & { cursor_value: string })[]>`
    select ${columns(workspace)}, ${cursorValue(workspace, order)} from conversations
    where workspace_id = ${id} and side_of = ${conversation_id} and ${beyond(workspace, order, page)}
    ${inOrder(workspace, order, page)}`
  return pageResult(rows, page, async () => {
    const [counted] = await sql<{ count: number }[]>`
      select count(*)::int from conversations where workspace_id = ${id} and side_of = ${conversation_id}`
    return counted!.count
  })
}

export const findSide = (workspace: Workspace, conversation_id: string, side_id: string) =>
  one(workspace.sql<SideRow[]>`
    select ${columns(workspace)} from conversations
    where workspace_id = ${workspace.id} and id = ${rowId(side_id)} and side_of = ${conversation_id}`)
