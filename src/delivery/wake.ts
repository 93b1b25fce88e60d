// The bells that deliveries ring: one where there is something for the worker to send, one where something has become
// available to messengers.
import { bell } from './bell.ts'

/** `announce` is for a process without a worker; those that have one look every second, too. */
export const { ring: wake, onRing: onWake, announce, onAnnouncement } = bell('interphone_deliveries')

export const messengers = bell('interphone_messengers')
