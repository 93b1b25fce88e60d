// The topics of companies.
import { eventsOf } from '#events/events.ts'

export const companyEvents = eventsOf('company', {
  'company.contact.attached': {},
  'company.contact.detached': {},
  'company.created': {},
  'company.deleted': {},
  'company.updated': {},
})
