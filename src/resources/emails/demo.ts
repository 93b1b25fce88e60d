// The sender address of a demo workspace.
import type { Workspace } from '#workspaces/workspace.ts'
import { createEmail } from './save.ts'

export const demo = (workspace: Workspace) =>
  createEmail(workspace, { email: 'support@example.com', forwarding_enabled: true })
