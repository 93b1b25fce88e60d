// The visitor of a demo workspace.
import { randomUUID } from 'node:crypto'
import type { Workspace } from '#workspaces/workspace.ts'
import { saveSession } from './queries.ts'

export const demo = (workspace: Workspace) =>
  saveSession(workspace, randomUUID(), { utm_source: 'newsletter', referrer: 'https://www.example.com/pricing' })
