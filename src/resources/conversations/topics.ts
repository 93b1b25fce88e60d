// The topics of conversations.
import { eventsOf } from '#events/events.ts'

export const conversationEvents = eventsOf('conversation', {
  'conversation.admin.assigned': {},
  'conversation.admin.closed': {},
  'conversation.admin.noted': {},
  'conversation.admin.open.assigned': {},
  'conversation.admin.opened': {},
  'conversation.admin.replied': {},
  'conversation.admin.single.created': {},
  'conversation.admin.snoozed': {},
  'conversation.admin.unsnoozed': {},
  'conversation.company.updated': { since: '2.15' },
  'conversation.contact.attached': {},
  'conversation.contact.detached': {},
  'conversation.deleted': {},
  'conversation.operator.replied': { since: '2.14' },
  'conversation.priority.updated': {},
  'conversation.rating.added': {},
  'conversation.read': {},
  'conversation.user.created': {},
  'conversation.user.replied': {},
  'conversation_part.redacted': {},
  'conversation_part.tag.created': {},
})

export type ConversationTopic = keyof typeof conversationEvents.topics
