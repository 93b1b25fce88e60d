// The rate limit in Intercom's manner: a minute's allowance cut into ten-second slices, told in three headers.
import type { FastifyReply } from 'fastify'
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'
import { ApiError } from './errors.ts'

const SLICE_SECONDS = 10
const SLICES_PER_MINUTE = 60 / SLICE_SECONDS
/** What Intercom allows an app; told in the headers where no limit is set. */
const INTERCOM_PER_MINUTE = 10_000

export const exceeding = (limit: unknown) => `Exceeded rate limit of ${limit} in ${SLICE_SECONDS}_seconds`

/** Counts one request of `key` and writes the headers; refuses it with a 429 where `perMinute` is not 0. */
export function rateLimit(perMinute: number) {
  const limit = Math.max(1, Math.floor((perMinute || INTERCOM_PER_MINUTE) / SLICES_PER_MINUTE))
  const limiter = new RateLimiterMemory({ points: limit, duration: SLICE_SECONDS })

  return async (key: string, reply: FastifyReply) => {
    const slice = await limiter.consume(key).catch((full) => full)
    if (!(slice instanceof RateLimiterRes)) throw slice
    const reset = Math.ceil((Date.now() + slice.msBeforeNext) / 1000)
    const exceeded = perMinute > 0 && slice.consumedPoints > limit
    reply.headers({
      'x-ratelimit-limit': limit,
      'x-ratelimit-remaining': Math.max(0, slice.remainingPoints),
      'x-ratelimit-reset': reset,
    })
    if (exceeded) {
      throw new ApiError(429, 'rate_limit_exceeded', exceeding(limit), {
        'retry-after': String(Math.ceil(slice.msBeforeNext / 1000)),
      })
    }
  }
}
