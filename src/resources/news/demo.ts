// The newsfeed of a demo workspace, with an item that everyone can read.
import type { Workspace } from '#workspaces/workspace.ts'
import { createNewsItem } from './save.ts'
import { createNewsfeed } from './save-feed.ts'

export async function demo(workspace: Workspace) {
  const { id: newsfeed_id } = await createNewsfeed(workspace, { name: 'Product news' })
  const item = {
    title: 'New opening hours',
    body: '',
    state: 'live',
    labels: ['Company'],
    reactions: ['👍', '🎉'],
  } as const
  await createNewsItem(
    workspace,
    {
      ...item,
      labels: [...item.labels],
      reactions: [...item.reactions],
      sender_id: workspace.admin_id,
      newsfeed_assignments: [{ newsfeed_id }],
    },
    '<p>From now on, we answer on Saturdays, too.</p>',
  )
}
