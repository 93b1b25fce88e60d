// The second brand of a demo workspace.
import type { Workspace } from '#workspaces/workspace.ts'
import { createBrand } from './save.ts'

export const demo = (workspace: Workspace) => createBrand(workspace, { name: 'Premium' })
