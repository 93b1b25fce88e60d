// The topics of audiences. A member of an audience is a piece of content, not a contact.
import { eventsOf } from '#events/events.ts'

const since = 'Preview'

export const audienceEvents = eventsOf('audience', {
  'audience.created': { since },
  'audience.deleted': { since },
  'audience.member_added': { since },
  'audience.member_removed': { since },
  'audience.updated': { since },
})
