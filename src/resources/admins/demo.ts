// The teammates, the team and the away reasons of a demo workspace.
import { insertAdmin } from '#workspaces/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { insertAwayStatusReason, insertTeam } from './queries.ts'

const AWAY_STATUS_REASONS = [
  { label: 'On a break', emoji: '☕' },
  { label: 'In a meeting', emoji: '📅' },
  { label: 'Done for the day', emoji: '🌙' },
]

export async function demo(workspace: Workspace) {
  const colleague = { name: 'Ben Brook', email: 'ben@example.com', is_bot: false }
  const { id } = await insertAdmin(workspace.sql, workspace.id, colleague, workspace.now())
  await insertTeam(workspace, 'Support', [workspace.admin_id, id])
  for (const reason of AWAY_STATUS_REASONS) await insertAwayStatusReason(workspace, reason)
}
