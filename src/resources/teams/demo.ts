// The teams of a demo workspace: one whose members choose their conversations, and one that is load-balanced.
import type { Workspace } from '#workspaces/workspace.ts'
import { insertTeam, listAdminIds } from './queries.ts'

/** Runs after the demo of admins. */
export async function demo(workspace: Workspace) {
  const admin_ids = await listAdminIds(workspace)
  await insertTeam(workspace, { name: 'Support', admin_ids })
  await insertTeam(workspace, {
    ...{ name: 'Sales', admin_ids, distribution_method: 'load_balanced', assignment_limit: 10 },
    secondary_admin_ids: admin_ids.slice(1),
  })
}
