// The topics of choices: a contact becomes reachable for a type, or no longer is.
import { eventsOf } from '#events/events.ts'

export const granularEvents = eventsOf('granular', { 'granular.subscribe': {}, 'granular.unsubscribe': {} })
