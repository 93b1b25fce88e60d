// The away status reasons of a demo workspace: no call can create one.
import type { Workspace } from '#workspaces/workspace.ts'
import { insertAwayStatusReason } from './queries.ts'

const REASONS = [
  { label: 'On a break', emoji: '☕', order: 1 },
  { label: 'In a meeting', emoji: '📅', order: 2 },
  { label: 'Done for the day', emoji: '🌙', order: 3 },
]

export async function demo(workspace: Workspace) {
  for (const reason of REASONS) await insertAwayStatusReason(workspace, reason)
}
