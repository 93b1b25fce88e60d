// The topic of jobs.
import { eventsOf } from '#events/events.ts'

export const jobEvents = eventsOf('job', { 'job.completed': { since: '2.14' } })
