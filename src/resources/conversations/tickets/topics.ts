// The topics of tickets. A ticket causes none of the topics of conversations.
import { eventsOf } from '#events/events.ts'

export const ticketEvents = eventsOf('ticket', {
  'ticket.admin.assigned': {},
  'ticket.admin.replied': {},
  'ticket.attribute.updated': {},
  'ticket.closed': {},
  'ticket.contact.attached': {},
  'ticket.contact.detached': {},
  'ticket.contact.replied': {},
  'ticket.created': {},
  'ticket.note.created': {},
  'ticket.rating.provided': {},
  'ticket.resolved': { since: '2.15' },
  'ticket.state.updated': {},
  'ticket.team.assigned': {},
})

export type TicketTopic = keyof typeof ticketEvents.topics
