// The topics of articles.
import { eventsOf } from '#events/events.ts'

export const articleEvents = eventsOf('article', {
  'article.created': {},
  'article.updated': {},
  'article.published': {},
  'article.unpublished': {},
  'article.deleted': {},
})
