// Random searches, and the comparison of the ways in which the server finds their pages.
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { LIMITS } from '#search/limits.ts'
import type { TestApp } from './app.ts'

/** All rows are read. */
const READ_ALL = { ...LIMITS, few: 1_000_000 }
/** Numbers at which the objects of a test are many. */
export const SMALL = { few: 0, gathered: 4, sorted: 9, walked: 11, read_through: 0, leaves: 6 }
const MEDIUM = { few: 0, gathered: 25, sorted: 60, walked: 40, read_through: 500, leaves: 40 }

const usual = { ...LIMITS }
export const setLimits = (limits: typeof LIMITS) => Object.assign(LIMITS, limits)
export const resetLimits = () => setLimits(usual)

export const oneOf = <T>(...values: T[]) => fc.constantFrom(...values)

export const text = (field: string, ...values: (string | null)[]) =>
  fc
    .record({ operator: oneOf('=', '!=', '~', '!~', '^', '$'), value: oneOf(...values) })
    .map(({ operator, value }) => ({
      ...{ field, value },
      operator: value === null && operator !== '=' ? '!=' : operator,
    }))
export const listed = (field: string, ...values: (string | number)[]) =>
  fc
    .record({ operator: oneOf('IN', 'NIN'), value: fc.subarray(values, { minLength: 1 }) })
    .map((one) => ({ field, ...one }))
export const ordered = (field: string, ...values: number[]) =>
  fc
    .record({ operator: oneOf('=', '!=', '<', '>', '<=', '>='), value: oneOf(...values) })
    .map((one) => ({ field, ...one }))
export const equal = (field: string, ...values: (string | boolean | null)[]) =>
  fc.record({ operator: oneOf('=', '!='), value: oneOf(...values) }).map((one) => ({ field, ...one }))

const group = <T>(member: fc.Arbitrary<T>) =>
  fc.record({ operator: oneOf('AND', 'OR'), value: fc.array(member, { minLength: 1, maxLength: 4 }) })

/** A filter, a group of filters, or a group with groups in it. */
export const queryOf = <T>(filter: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 3, arbitrary: filter }, group(filter), group(fc.oneof(filter, group(filter))))

/** Mostly none. */
export const sortBy = (...fields: string[]) =>
  fc.oneof(
    { weight: 3, arbitrary: fc.constant(undefined) },
    fc.record({ field: oneOf(...fields), order: oneOf('ascending', 'descending') }),
  )

type Found = { ids: string[]; total: number; status: number }

/** Returns the ids of all pages of a search, and the total that each of them names. */
async function walk({ call }: TestApp, route: string, query: unknown, sort: unknown): Promise<Found> {
  const ids: string[] = []
  const totals = new Set<number>()
  let starting_after: string | undefined
  do {
    const pagination = { per_page: 7, ...(starting_after && { starting_after }) }
    const { status, body } = await call(route, { query, pagination, ...(sort !== undefined && { sort }) })
    if (status !== 200) return { ids, total: -1, status }
    ids.push(...(body.data ?? body.conversations).map(({ id }: { id: string }) => id))
    totals.add(body.total_count)
    starting_after = body.pages.next?.starting_after
  } while (starting_after)
  assert.equal(totals.size, 1, 'all pages of a walk have the same total')
  return { ids, total: [...totals][0]!, status: 200 }
}

/** More searches, with other seeds: `SEARCHES=1000 npm run test:file src/search/find.test.ts`. */
const RUNS = process.env['SEARCHES']

/** Fails if a way to find the pages of a search returns other objects, another order or another total than reading all rows. */
export async function assertWaysAgree(
  t: TestApp,
  route: string,
  query: fc.Arbitrary<unknown>,
  sort: fc.Arbitrary<unknown>,
): Promise<void> {
  const { sql } = t.database
  await fc.assert(
    fc.asyncProperty(query, sort, async (query, sort) => {
      setLimits(READ_ALL)
      await sql`delete from search_totals`
      const expected = await walk(t, route, query, sort)
      for (const limits of [SMALL, MEDIUM]) {
        await sql`delete from search_totals`
        setLimits(limits)
        assert.deepEqual(await walk(t, route, query, sort), expected, JSON.stringify(limits))
      }
      assert.deepEqual(await walk(t, route, query, sort), expected, 'with the kept total')
    }),
    { numRuns: Number(RUNS ?? 35), ...(RUNS === undefined && { seed: 20 }) },
  )
}
