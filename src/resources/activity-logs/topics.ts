// The topic of the activity log.
import { eventsOf } from '#events/events.ts'

export const activityEvents = eventsOf('admin_activity_log_event', {
  'admin.activity_log_event.created': { since: '2.10' },
})
