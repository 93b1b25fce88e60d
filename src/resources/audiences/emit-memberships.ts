// Writes the events of content that is put into audiences or taken out of them.
import type { Workspace } from '#workspaces/workspace.ts'
import { audienceEvents } from './topics.ts'

/** `{ type: 'content_snippet', id: '81' }`; of an article it is the content of one locale: `article_content`. */
export type AudienceMember = { type: string; id: string }

/** Writes one event for each audience that is only in `before`, or only in `after`. */
export async function emitMemberships(
  workspace: Workspace,
  content: AudienceMember,
  before: readonly number[],
  after: readonly number[],
): Promise<void> {
  const emit = (topic: 'audience.member_added' | 'audience.member_removed', audience_id: number) =>
    audienceEvents.emit(workspace, {
      topic,
      object_id: String(audience_id),
      details: { content },
      snapshot: () => ({ type: 'audience_membership', audience_id: String(audience_id), content }),
    })
  for (const id of before) if (!after.includes(id)) await emit('audience.member_removed', id)
  for (const id of after) if (!before.includes(id)) await emit('audience.member_added', id)
}
