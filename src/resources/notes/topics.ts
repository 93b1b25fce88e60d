// The topics of notes: one of ours, because Intercom has no topic for a note on a contact or a company.
import { eventsOf } from '#events/events.ts'

export const noteEvents = eventsOf('note', { 'note.created': { is_ours: true } })
