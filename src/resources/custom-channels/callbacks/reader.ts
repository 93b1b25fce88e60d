// Follows the log of events: what happens in a conversation of a custom channel is queued as a callback, in order.
import type { LogReader } from '#events/reader.ts'
import type { Links } from '#files/link.ts'
import { displayOf } from '#resources/conversations/display.ts'
import { partsOfEvent } from '#resources/conversations/emit.ts'
import { findFirstParticipant } from '#resources/conversations/participants/queries.ts'
import { findParts, type PartRow } from '#resources/conversations/parts/queries.ts'
import { presentParts } from '#resources/conversations/parts/schema.ts'
import { type ConversationRow, findConversation } from '#resources/conversations/queries.ts'
import { queueNotifications } from '#resources/webhooks/send/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { listMappings } from '../events/queries.ts'
import { READER } from './reader-name.ts'

/** The event of the callback, by the topic; what the bot or an admin writes depends on the part. */
const EVENTS: Record<string, string> = {
  'conversation.operator.replied': 'new_message',
  'conversation.admin.replied': 'new_message',
  'conversation.admin.closed': 'conversation_closed',
  'conversation.admin.opened': 'conversation_opened',
  'conversation.admin.snoozed': 'conversation_snoozed',
  'conversation.admin.unsnoozed': 'conversation_unsnoozed',
  'conversation.admin.assigned': 'conversation_assigned',
}

const OF_PARTS: Record<string, string> = { quick_reply: 'quick_replies', attribute_collector: 'attribute_collector' }

const eventOf = (topic: string, part: PartRow | undefined): string =>
  (topic.endsWith('.replied') && part && OF_PARTS[part.part_type]) || (EVENTS[topic] as string)

/** `links`: with which the files of a part are shown. */
export const callbackReader = (links: Links): LogReader => ({
  name: READER,
  handles: (topic) => Object.hasOwn(EVENTS, topic),
  async handle(workspace, event) {
    const mappings = await listMappings(workspace, event.object_id)
    const conversation = mappings.length ? await findConversation(workspace, event.object_id) : undefined
    if (!conversation) return
    const parts = await findParts(workspace, partsOfEvent(event.details))
    const { object_type, object_id, created_at } = event
    for (const { subscription_id, channel_id, external_conversation_id, conversation_id } of mappings)
      await queueNotifications(workspace, subscription_id, [
        {
          topic: eventOf(event.topic, parts[0]),
          // Two conversations of one channel can be one by now. The position of this reader makes each callback unique.
          ...{ object_type, object_id, created_at, position: null },
          item: {
            ...{ channel_id, external_conversation_id },
            ...(await stateOf(workspace, conversation, conversation_id)),
            ...askedIn(parts[0]),
            conversation_parts: presentParts(parts, parts.length, displayOf(workspace, links)),
          },
        },
      ])
  },
})

/** `mapped_id`: the conversation that has the contact: another one, if it was merged into this one. */
async function stateOf(workspace: Workspace, conversation: ConversationRow, mapped_id: string) {
  const contact = await findFirstParticipant(workspace, mapped_id)
  const { state, admin_assignee_id, team_assignee_id } = conversation
  return {
    conversation_id: conversation.id,
    contact: contact ? { type: contact.role, external_id: contact.external_id, id: contact.id } : null,
    ...{ state, admin_assignee_id, team_assignee_id },
  }
}

/** What the events `notify_quick_reply_selected` and `notify_attribute_collected` need. */
function askedIn(part: PartRow | undefined) {
  const options = part?.metadata?.['quick_reply_options'] as { text: string; uuid: string }[] | undefined
  const { attribute } = (part?.event_details ?? {}) as { attribute?: { name: string } }
  return {
    ...(options && { quick_reply_options: options.map(({ text, uuid }) => ({ id: uuid, text })) }),
    ...(part?.part_type === 'attribute_collector' && attribute && { attribute: { id: attribute.name } }),
  }
}
