// The topics of content import sources.
import { eventsOf } from '#events/events.ts'

export const importSourceEvents = eventsOf('content_import_source', {
  'content_import_source.created': { since: 'Preview' },
  'content_import_source.updated': { since: 'Preview' },
  'content_import_source.deleted': { since: 'Preview' },
})

export type ImportSourceTopic = keyof typeof importSourceEvents.topics
