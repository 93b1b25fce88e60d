// What a contact sees at a messenger, and reads. What a messenger has been shown has been delivered; what its contact
// has looked at has been read.
import type { Page } from '#db/page.ts'
import { endOf, placeWaiting } from '#delivery/in-app.ts'
import { reportInApp } from '#delivery/report.ts'
import { found } from '#http/errors.ts'
import { emitConversation } from '#resources/conversations/emit.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import {
  available,
  type ConversationRow,
  countUnread,
  findShown,
  listLastSpoken,
  listSpoken,
  pageOfShown,
} from './queries.ts'
import { type Linking, presentShown, presentShownList } from './schema.ts'

/** Also where a stream is to begin so that nothing is missed between this list and it. */
export async function listConversations(workspace: Workspace, contact_id: string, page: Page, linking: Linking) {
  const key = { workspace_id: workspace.id, contact_id }
  await placeWaiting(workspace.sql, [key])
  const last_event_id = await endOf(workspace.sql, key)
  await markDelivered(workspace, contact_id, null)
  const result = await pageOfShown(workspace, contact_id, page)
  const ids = result.rows.map(({ id }) => id)
  const last_parts = ids.length ? await listLastSpoken(workspace, ids) : []
  const unread_count = await countUnread(workspace, contact_id)
  return presentShownList(page, result, last_parts, { unread_count, last_event_id }, linking)
}

export async function showConversation(workspace: Workspace, contact_id: string, id: string, linking: Linking) {
  const { id: conversation_id } = await findOwn(workspace, contact_id, id)
  await markDelivered(workspace, contact_id, conversation_id)
  const conversation = await findOwn(workspace, contact_id, conversation_id)
  const parts = await listSpoken(workspace, conversation_id)
  return presentShown(conversation, parts, parts[0]?.total_count ?? 0, linking)
}

/** One that the contact can see, or a 404. */
export const findOwn = async (workspace: Workspace, contact_id: string, id: string): Promise<ConversationRow> =>
  found(await findShown(workspace, contact_id, id), 'Conversation not found')

/** Before it is read out: whatever is marked is then among what is shown. */
const markDelivered = (workspace: Workspace, contact_id: string, conversation_id: string | null) =>
  reportInApp(
    workspace.sql,
    workspace.id,
    available(workspace, contact_id, conversation_id),
    'delivered',
    workspace.now(),
  )

/**
 * All that has come until now. Whoever listens hears of it where something was unread, and the team has a conversation.
 */
export async function markRead(workspace: Workspace, contact_id: string, id: string) {
  const { id: conversation_id, has_begun } = await findOwn(workspace, contact_id, id)
  const which = available(workspace, contact_id, conversation_id)
  const read = await reportInApp(workspace.sql, workspace.id, which, 'read', workspace.now())
  if (read.length && has_begun)
    await emitConversation(workspace, { topic: 'conversation.read', id: conversation_id, details: { contact_id } })
  return {
    type: 'conversation' as const,
    id: conversation_id,
    unread_count: 0,
    total_unread_count: await countUnread(workspace, contact_id),
  }
}
