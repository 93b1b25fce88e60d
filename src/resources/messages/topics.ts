// The topics of messages: one of ours, because Intercom tells of a message only when it becomes a conversation.
import { eventsOf } from '#events/events.ts'

export const messageEvents = eventsOf('message', { 'message.accepted': { is_ours: true } })
