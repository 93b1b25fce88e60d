// The topics of admins.
import { eventsOf } from '#events/events.ts'

export const adminEvents = eventsOf('admin', { 'admin.away_mode_updated': {} })
