// The topics of contacts.
import { eventsOf } from '#events/events.ts'

export const contactEvents = eventsOf('contact', {
  'contact.archived': {},
  'contact.deleted': {},
  'contact.email.updated': {},
  'contact.lead.added_email': {},
  'contact.lead.created': {},
  'contact.lead.signed_up': {},
  'contact.lead.tag.created': {},
  'contact.lead.tag.deleted': {},
  'contact.lead.updated': {},
  'contact.merged': {},
  'contact.subscribed': {},
  'contact.unarchive': {},
  'contact.unsubscribed': {},
  'contact.user.created': {},
  'contact.user.tag.created': {},
  'contact.user.tag.deleted': {},
  'contact.user.updated': {},
})

export type ContactTopic = keyof typeof contactEvents.topics
