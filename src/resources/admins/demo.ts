// The second teammate of a demo workspace.
import { insertAdmin } from '#workspaces/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'

export async function demo(workspace: Workspace) {
  const colleague = { name: 'Ben Brook', email: 'ben@example.com', is_bot: false }
  await insertAdmin(workspace.sql, workspace.id, colleague, workspace.now())
}
