// The audience of a demo workspace.
import type { Workspace } from '#workspaces/workspace.ts'
import { createAudience } from './save.ts'

export const demo = (workspace: Workspace) =>
  createAudience(workspace, {
    name: 'Users of example.com',
    predicates: [{ attribute: 'email', type: 'string', comparison: 'ends_with', value: '@example.com' }],
    role_predicates: [{ attribute: 'role', type: 'role', comparison: 'eq', value: 'user' }],
  })
