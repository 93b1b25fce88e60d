// Writes an event of a conversation.
import type { Actor } from '#events/events.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { snapshotDisplay } from './display.ts'
import { showWithNewParts } from './show.ts'
import { type ConversationTopic, conversationEvents } from './topics.ts'

type ConversationEvent = {
  topic: ConversationTopic
  id: string
  details?: { part_id?: string | undefined; [name: string]: unknown }
  actor?: Actor
}

/**
 * The snapshot has the part of the event, and no other. Its files are named by their ids: links to them would expire.
 */
export const emitConversation = (workspace: Workspace, { topic, id, details = {}, actor }: ConversationEvent) =>
  conversationEvents.emit(workspace, {
    topic,
    object_id: id,
    details,
    ...(actor && { actor }),
    snapshot: () => showWithNewParts(workspace, id, details.part_id ? [details.part_id] : [], snapshotDisplay),
  })
