// The workflow of a demo workspace: it asks who writes first what it is about.
import { findOrInsertTag } from '#resources/tags/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { createWorkflow } from './save.ts'

export async function demo(workspace: Workspace) {
  const tag = await findOrInsertTag(workspace, 'Billing')
  await createWorkflow(workspace, {
    title: 'Greet and sort',
    description: 'Starts on request, and in the custom channel.',
    state: 'live',
    trigger: { type: 'api', channels: [] },
    steps: [
      {
        type: 'quick_replies',
        body: "Hello {{user.first_name | fallback: 'there'}}, what is it about?",
        options: [
          {
            text: 'A bill',
            steps: [
              { type: 'tag', tag_id: tag.id },
              { type: 'set_priority', priority: 'high' },
            ],
          },
          { text: 'Something else', steps: [] },
        ],
        wait_seconds: 86_400,
      },
      { type: 'reply', body: 'Thank you. A teammate will answer soon.' },
    ],
  })
}
