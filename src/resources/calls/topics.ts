// The topics of calls.
import { eventsOf } from '#events/events.ts'

export const callEvents = eventsOf('call', {
  'call.ended': { since: '2.14' },
  'call.recording_available': { since: '2.14' },
  'call.started': { since: '2.14' },
  'call.transcription_available': { since: '2.14' },
})

export type CallTopic = keyof typeof callEvents.topics
