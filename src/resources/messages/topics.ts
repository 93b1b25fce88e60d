// The topics of messages: one of ours, because Intercom emits no event until a message becomes a conversation.
import { eventsOf } from '#events/events.ts'

export const messageEvents = eventsOf('message', { 'message.accepted': { is_ours: true } })
