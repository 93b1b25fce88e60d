// What a contact sees in a messenger, and marks as read. Messages that are listed or shown become `delivered`; those
// that the messenger marks become `read`.
import type { Page } from '#db/page.ts'
import { assignPositions, lastPosition } from '#delivery/in-app.ts'
import { updateInAppStatus } from '#delivery/status-update.ts'
import { found } from '#http/errors.ts'
import { emitConversation } from '#resources/conversations/emit.ts'
import { findNewestRating } from '#resources/conversations/ratings/queries.ts'
import { listTicketTypes } from '#resources/ticket-types/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import {
  available,
  type ConversationRow,
  countUnread,
  findConversation,
  listLastVisibleParts,
  listVisibleParts,
  pageOfConversations,
} from './queries.ts'
import { type MessengerDisplay, presentConversation, presentConversations } from './schema.ts'

/** `last_event_id` of the result is where to start a stream, so that it continues where this list ends. */
export async function listConversations(
  workspace: Workspace,
  contact_id: string,
  page: Page,
  display: MessengerDisplay,
) {
  const key = { workspace_id: workspace.id, contact_id }
  await assignPositions(workspace.sql, [key])
  const last_event_id = await lastPosition(workspace.sql, key)
  await markDelivered(workspace, contact_id, null)
  const result = await pageOfConversations(workspace, contact_id, page)
  const types = await typesOf(workspace, result.rows)
  const ids = result.rows.map(({ id }) => id)
  const last_parts = ids.length ? await listLastVisibleParts(workspace, ids) : []
  const unread_count = await countUnread(workspace, contact_id)
  return presentConversations(page, result, { last_parts, types, unread_count, last_event_id }, display)
}

export async function showConversation(
  workspace: Workspace,
  contact_id: string,
  id: string,
  display: MessengerDisplay,
) {
  const { id: conversation_id } = await findOwn(workspace, contact_id, id)
  await markDelivered(workspace, contact_id, conversation_id)
  const conversation = await findOwn(workspace, contact_id, conversation_id)
  const parts = await listVisibleParts(workspace, conversation_id)
  const rating = await findNewestRating(workspace, conversation_id)
  const types = await typesOf(workspace, [conversation])
  return presentConversation(conversation, { parts, total_count: parts[0]?.total_count ?? 0, rating, types }, display)
}

/** Returns the types of the tickets among the conversations, by id. */
async function typesOf(workspace: Workspace, rows: readonly ConversationRow[]) {
  const ids = new Set(rows.flatMap(({ ticket_type_id }) => ticket_type_id ?? []))
  const types = ids.size ? await listTicketTypes(workspace, [...ids]) : []
  return new Map(types.map((type) => [type.id, type]))
}

/** @throws a 404 if the contact has no such conversation. */
export const findOwn = async (workspace: Workspace, contact_id: string, id: string): Promise<ConversationRow> =>
  found(await findConversation(workspace, contact_id, id), 'Conversation not found')

/** Call it before reading what to show: then all that is marked is also shown. */
const markDelivered = (workspace: Workspace, contact_id: string, conversation_id: string | null) =>
  updateInAppStatus(
    workspace.sql,
    workspace.id,
    available(workspace, contact_id, conversation_id),
    'delivered',
    workspace.now(),
  )

/** Marks all messages so far. Emits an event only if one was unread and the team has the conversation; never for a ticket. */
export async function markRead(workspace: Workspace, contact_id: string, id: string) {
  const { id: conversation_id, has_started, ticket_type_id } = await findOwn(workspace, contact_id, id)
  const which = available(workspace, contact_id, conversation_id)
  const read = await updateInAppStatus(workspace.sql, workspace.id, which, 'read', workspace.now())
  if (read.length && has_started && ticket_type_id === null) {
    const part_ids = read.flatMap(({ part_id }) => part_id ?? [])
    const details = { contact_id, part_ids }
    await emitConversation(workspace, { topic: 'conversation.read', id: conversation_id, details })
  }
  return {
    type: 'conversation' as const,
    id: conversation_id,
    unread_count: 0,
    total_unread_count: await countUnread(workspace, contact_id),
  }
}
