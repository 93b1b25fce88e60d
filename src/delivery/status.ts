// The order of delivery statuses (a lattice). Updates arrive late, twice and out of order: a status only moves forward.
import type { Status } from '#channels/channel.ts'

export type { Status }

/**
 * For each status, those from which a delivery can move to it. A delivered message cannot fail; but a provider that first
 * reports `failed` can still report `delivered` or `read`, and then the later update counts.
 */
export const REACHED_FROM: Record<Status, Status[]> = {
  queued: [],
  sent: ['queued'],
  delivered: ['queued', 'sent', 'failed'],
  read: ['queued', 'sent', 'delivered', 'failed'],
  failed: ['queued', 'sent'],
}

export const mayBecome = (from: Status, to: Status): boolean => REACHED_FROM[to].includes(from)

/** Returns the reported status, or the present one if the report would move it back. */
export const advance = (from: Status, reported: Status): Status => (mayBecome(from, reported) ? reported : from)
