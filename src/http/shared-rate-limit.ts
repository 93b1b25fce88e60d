// A rate limit that all processes on a database share. Each process takes permits for a key in chunks, so that few requests
// wait for the database.
import type { FastifyReply } from 'fastify'
import { type CountRequest, limitOf, rateLimit, refuse, report, slicesOf } from './rate-limit.ts'
import type { TakePermits } from './rate-limit-queries.ts'

/** A slice has about this many chunks: so often, at most, a process asks for permits of a key in a slice. */
const CHUNKS = 20
/** Smaller chunks are not taken ahead: a process that needs no more would keep a large part of the limit from others. */
const LEAST_AHEAD = 8

type Slice = {
  ends_at: number
  /** Those that this process may still let through. */
  permits: number
  /** Permits that all processes have taken, as far as this one knows. */
  taken: number
  is_used_up: boolean
  taking: Promise<void> | undefined
}

/**
 * Never lets through more than the limit. It can be less by the permits that processes have taken and not used, which is about
 * one chunk for each. While the database cannot be reached, each process counts alone.
 */
export function sharedRateLimit(perMinute: number, takePermits: TakePermits): CountRequest {
  if (perMinute === 0) return rateLimit(0)
  const limit = limitOf(perMinute)
  const chunk = Math.ceil(limit / CHUNKS)
  const sliceOf = slicesOf(
    (ends_at): Slice => ({ ends_at, permits: 0, taken: 0, is_used_up: false, taking: undefined }),
  )

  async function take(key: string, slice: Slice): Promise<void> {
    try {
      const { granted, taken, ends_in_ms } = await takePermits(key, chunk, limit)
      const ends_at = Date.now() + ends_in_ms
      // The slice that was asked for may have ended meanwhile: its permits count no more.
      const is_next = taken <= chunk && slice.taken > 0
      slice.permits = is_next ? granted : slice.permits + granted
      slice.taken = taken
      slice.ends_at = ends_at
      slice.is_used_up = granted < chunk
    } catch {
      slice.permits += chunk
    }
    slice.taking = undefined
  }

  return function count(key: string, reply: FastifyReply): void | Promise<void> {
    const now = Date.now()
    const slice = sliceOf(key, now)
    if (slice.permits === 0) {
      if (!slice.is_used_up) {
        slice.taking ??= take(key, slice)
        return slice.taking.then(() => count(key, reply))
      }
      report(reply, limit, { ends_at: slice.ends_at, used: limit })
      refuse(limit, slice.ends_at, now)
    }
    slice.permits--
    report(reply, limit, { ends_at: slice.ends_at, used: slice.taken - slice.permits })
    if (chunk >= LEAST_AHEAD && slice.permits < chunk / 2 && !slice.is_used_up) slice.taking ??= take(key, slice)
  }
}
