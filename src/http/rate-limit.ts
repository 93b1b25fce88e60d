// Intercom's rate limit: a limit per minute, divided into slices of ten seconds and reported in three headers.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { ApiError } from './errors.ts'

export const SLICE_SECONDS = 10
const SLICES_PER_MINUTE = 60 / SLICE_SECONDS
/** Intercom's limit for an app. The headers report it if no limit is set. */
const INTERCOM_PER_MINUTE = 10_000

export const exceeding = (limit: unknown) => `Exceeded rate limit of ${limit} in ${SLICE_SECONDS}_seconds`

/**
 * Returns the address of a caller without an account, for a limit's key. One person can have every address of an IPv6 network, so the
 * network (its first 64 bits) is returned.
 */
export function addressOf({ ip }: Pick<FastifyRequest, 'ip'>): string {
  if (!ip.includes(':') || ip.includes('.')) return ip
  const [head = '', tail = ''] = ip.split('::')
  const groups = head.split(':').filter(Boolean)
  const missing = ip.includes('::') ? 8 - groups.length - tail.split(':').filter(Boolean).length : 0
  return [...groups, ...Array(missing).fill('0'), ...tail.split(':')].slice(0, 4).join(':')
}

/** Counts one request of `key`, and sets the headers; throws a 429, or rejects with it, if the key's slice is used up. */
export type CountRequest = (key: string, reply: FastifyReply) => void | Promise<void>

type Slice = { ends_at: number; used: number }

/** Returns how many requests a slice has. */
export const limitOf = (perMinute: number): number =>
  Math.max(1, Math.floor((perMinute || INTERCOM_PER_MINUTE) / SLICES_PER_MINUTE))

/**
 * Returns a function that gives a key's slice, made by `create` with the first request of a key. Ended slices are removed when
 * new ones start.
 */
export function slicesOf<S extends { ends_at: number }>(
  create: (ends_at: number) => S,
): (key: string, now: number) => S {
  const slices = new Map<string, S>()
  let next_sweep = 0
  return (key, now) => {
    const known = slices.get(key)
    if (known && known.ends_at > now) return known
    if (now > next_sweep) {
      for (const [key, { ends_at }] of slices) if (ends_at <= now) slices.delete(key)
      next_sweep = now + SLICE_SECONDS * 1000
    }
    const slice = create(now + SLICE_SECONDS * 1000)
    slices.set(key, slice)
    return slice
  }
}

export function report(reply: FastifyReply, limit: number, { ends_at, used }: Slice): void {
  reply.header('x-ratelimit-limit', limit)
  reply.header('x-ratelimit-remaining', Math.max(0, limit - used))
  reply.header('x-ratelimit-reset', Math.ceil(ends_at / 1000))
}

export function refuse(limit: number, ends_at: number, now: number): never {
  const retry_after = String(Math.ceil((ends_at - now) / 1000))
  throw new ApiError(429, 'rate_limit_exceeded', exceeding(limit), { 'retry-after': retry_after })
}

/** The limit of one process. Nothing is refused if `perMinute` is 0. */
export function rateLimit(perMinute: number): CountRequest {
  const limit = limitOf(perMinute)
  const sliceOf = slicesOf((ends_at): Slice => ({ ends_at, used: 0 }))
  return (key, reply) => {
    const now = Date.now()
    const slice = sliceOf(key, now)
    slice.used++
    report(reply, limit, slice)
    if (perMinute !== 0 && slice.used > limit) refuse(limit, slice.ends_at, now)
  }
}
