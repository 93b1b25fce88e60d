// The second teammate and the team of a demo workspace.
import { insertAdmin } from '#workspaces/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { insertTeam } from './queries.ts'

export async function demo(workspace: Workspace) {
  const colleague = { name: 'Ben Brook', email: 'ben@example.com', is_bot: false }
  const { id } = await insertAdmin(workspace.sql, workspace.id, colleague, workspace.now())
  await insertTeam(workspace, 'Support', [workspace.admin_id, id])
}
