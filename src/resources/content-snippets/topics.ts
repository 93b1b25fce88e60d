// The topics of content snippets.
import { eventsOf } from '#events/events.ts'

export const snippetEvents = eventsOf('content_snippet', {
  'content_snippet.created': {},
  'content_snippet.updated': {},
  'content_snippet.deleted': {},
})
