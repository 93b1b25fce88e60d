// The topic of procedures.
import { eventsOf } from '#events/events.ts'

export const procedureEvents = eventsOf('procedure.hitl_notification', {
  'procedure.hitl_notification.created': { since: 'Preview' },
})
