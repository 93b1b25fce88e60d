// The topic of visitors.
import { eventsOf } from '#events/events.ts'

export const visitorEvents = eventsOf('visitor', { 'visitor.signed_up': {} })
