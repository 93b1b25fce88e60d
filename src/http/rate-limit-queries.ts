// The permits of shared rate limits.
import type { Pool } from '#db/sql.ts'
import { SLICE_SECONDS } from './rate-limit.ts'

/** `taken`: by all processes in this slice, `granted` included. */
export type Permits = { granted: number; taken: number; ends_in_ms: number }

/** Takes up to `chunk` permits of a key's slice, which has `limit` of them. */
export type TakePermits = (key: string, chunk: number, limit: number) => Promise<Permits>

/** `kind` separates the keys of different limits. A slice starts with the first request of a key in any process. */
export const takePermits =
  (sql: Pool, kind: string): TakePermits =>
  async (key, chunk, limit) => {
    const [row] = await sql<[Permits]>`
      insert into rate_limit_slices as slices (key, taken, ends_at)
      values (${`${kind} ${key}`}, ${Math.min(chunk, limit)}, now() + ${SLICE_SECONDS} * interval '1 second')
      on conflict (key) do update set
        granted = case when slices.ends_at <= now() then excluded.taken
          else least(${chunk}, ${limit} - slices.taken) end,
        taken = case when slices.ends_at <= now() then excluded.taken else least(${limit}, slices.taken + ${chunk}) end,
        ends_at = case when slices.ends_at <= now() then excluded.ends_at else slices.ends_at end
      returning coalesce(granted, taken) as granted, taken, extract(epoch from ends_at - now())::float8 * 1000 as ends_in_ms`
    return row
  }
