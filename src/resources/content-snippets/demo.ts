// The content snippet of a demo workspace.
import type { Workspace } from '#workspaces/workspace.ts'
import { bodyOf } from './body.ts'
import { createSnippet } from './save.ts'

export const demo = async (workspace: Workspace) =>
  createSnippet(
    workspace,
    { title: 'How to reset a password', ai_chatbot_availability: true, ai_copilot_availability: true },
    await bodyOf({ body_markdown: 'Open **Settings**, then *Security*, and choose *Reset password*.' }),
  )
