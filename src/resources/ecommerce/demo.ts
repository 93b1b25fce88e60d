// The ecommerce connector of a demo workspace.
import type { Workspace } from '#workspaces/workspace.ts'
import { insertConnector } from './queries.ts'

export const demo = (workspace: Workspace) => insertConnector(workspace, 'Shop')
