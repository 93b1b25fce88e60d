// Writes an event of a conversation.
import type { Actor } from '#events/events.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { snapshotDisplay } from './display.ts'
import { type LoadedParts, loadWithNewParts, showLoaded } from './show.ts'
import { type ConversationTopic, conversationEvents } from './topics.ts'

type ConversationEvent = {
  topic: ConversationTopic
  id: string
  details?: PartsOfEvent & { [name: string]: unknown }
  actor?: Actor
  /** Loads the conversation for the snapshot, if another use of it can share that. */
  load?: () => Promise<LoadedParts>
}

type PartsOfEvent = { part_id?: string | undefined; part_ids?: readonly string[] | undefined }

/** Returns the ids of the parts that an event is about, by its details. */
export const partsOfEvent = ({ part_id, part_ids = [] }: PartsOfEvent): string[] =>
  part_id === undefined ? [...part_ids] : [part_id]

/**
 * The snapshot has the parts of the event, and no others. Its files are named by their ids: links to them would expire.
 */
export const emitConversation = (workspace: Workspace, { topic, id, details = {}, actor, load }: ConversationEvent) =>
  conversationEvents.emit(workspace, {
    topic,
    object_id: id,
    details,
    ...(actor && { actor }),
    snapshot: async () => {
      const loaded = await (load?.() ?? loadWithNewParts(workspace, id, partsOfEvent(details)))
      return showLoaded(workspace, loaded, snapshotDisplay)
    },
  })
