// The lattice of a delivery's status. Reports arrive late, doubled and out of order: a status only ever moves up.
import type { Status } from '#channels/channel.ts'

export type { Status }

/**
 * From which statuses a report moves a delivery to a new one. `failed` ends what was not delivered; a provider that
 * later reports better was wrong before, and better is believed.
 */
export const REACHED_FROM: Record<Status, Status[]> = {
  queued: [],
  sent: ['queued'],
  delivered: ['queued', 'sent', 'failed'],
  read: ['queued', 'sent', 'delivered', 'failed'],
  failed: ['queued', 'sent'],
}

export const mayBecome = (from: Status, to: Status): boolean => REACHED_FROM[to].includes(from)

/** The status after a report: the reported one, or the present one where that would be a step back. */
export const advance = (from: Status, reported: Status): Status => (mayBecome(from, reported) ? reported : from)
