// The topic of data events.
import { eventsOf } from '#events/events.ts'

export const dataEventEvents = eventsOf('event', { 'event.created': {} })
