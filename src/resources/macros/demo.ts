// The macros of a demo workspace: one that everyone sees, and one that only the members of a team see.
import { listTeams } from '#resources/teams/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { createMacro } from './save.ts'

/** Runs after the demo of teams. */
export async function demo(workspace: Workspace) {
  const [team] = await listTeams(workspace)
  await createMacro(workspace, {
    name: 'Greeting',
    body: "<p>Hi {{user.first_name | fallback: 'there'}}, this is {{teammate.first_name}}. How can I help?</p>",
  })
  if (!team) return
  await createMacro(workspace, {
    name: 'Refund',
    body: '<p>Your refund is on its way, {{user.name | fallback: "dear customer"}}.</p>',
    visible_to: 'specific_teams',
    visible_to_team_ids: [team.id],
    available_on: ['inbox'],
  })
}
