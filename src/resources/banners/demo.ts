// The banner of a demo workspace, which all contacts see.
import type { Workspace } from '#workspaces/workspace.ts'
import { createBanner } from './save.ts'

export const demo = (workspace: Workspace) =>
  createBanner(workspace, {
    title: 'Welcome',
    body: 'Our help center is open. <b>Have a look</b>',
    action: { type: 'url', label: 'Help center', target: 'https://example.com/help' },
  })
