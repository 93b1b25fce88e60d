// What the query of a segment names, how large it is with the segments that it names, and its relative dates.
import { type Filter, fieldsOf, filtersOf, type Query } from '#search/query.ts'
import { isBigint } from '#search/values.ts'
import type { SegmentRow } from './queries.ts'

const ids = ({ value }: Filter): string[] =>
  [value].flat().flatMap((id) => (typeof id === 'string' || typeof id === 'number' ? [String(id)] : []))

const idsIn = (query: Query | null, field: string): string[] => [
  ...new Set(query ? filtersOf(query).flatMap((filter) => (filter.field === field ? ids(filter) : [])) : []),
]

export const tagsIn = (query: Query | null): string[] => idsIn(query, 'tag_id').filter(isBigint)

export const segmentsIn = (query: Query | null): string[] => idsIn(query, 'segment_id')

/** Filters that one statement has of segments: of all segments of a workspace, or of those that a search names. */
export const MAX_FILTERS = 2_000

/** The filters of a query with those of the segments that it names, and how many levels of them there are. */
export type Size = { filters: number; levels: number }

type Defined = Pick<SegmentRow, 'id' | 'query'>

/** Returns the size of each segment by id; null if it names itself, also through others. */
export function sizesOf(segments: readonly Defined[]): Map<string, Size | null> {
  const byId = new Map(segments.map((segment) => [segment.id, segment]))
  const sizes = new Map<string, Size | null>()
  const visit = ({ id, query }: Defined): Size | null => {
    const known = sizes.get(id)
    if (known !== undefined) return known
    sizes.set(id, null)
    const named = new Map(segmentsIn(query).map((name) => [name, byId.get(name)]))
    const size = sizeOf(query, (name) => (named.get(name) ? visit(named.get(name)!) : NOTHING))
    sizes.set(id, size)
    return size
  }
  for (const segment of segments) visit(segment)
  return sizes
}

/** An unknown segment is one filter that matches nothing. */
const NOTHING: Size = { filters: 1, levels: 0 }

/** `named` returns the size of a segment that the query names. */
export function sizeOf(query: Query | null, named: (id: string) => Size | null): Size | null {
  const size = { filters: 1, levels: 0 }
  for (const filter of query ? filtersOf(query) : []) {
    size.filters++
    for (const id of filter.field === 'segment_id' ? ids(filter) : []) {
      const inner = named(id)
      if (!inner) return null
      size.filters += inner.filters
      size.levels = Math.max(size.levels, inner.levels + 1)
    }
  }
  return size
}

/**
 * Returns for each segment, by id, what its query names that does not exist: `['tag_id 12']`. A segment that misses
 * something counts as missing itself, so that `segment_id != …` does not match everyone.
 */
export function missingParts(
  segments: readonly (Defined & Pick<SegmentRow, 'missing_tag_ids'>)[],
  hasField: (name: string) => boolean,
): Map<string, string[]> {
  const byId = new Map(segments.map((segment) => [segment.id, segment]))
  const sizes = sizesOf(segments)
  const missing = new Map<string, string[]>()
  const exists = (id: string) => !!sizes.get(id) && !visit(byId.get(id)!).length
  function visit({ id, query, missing_tag_ids }: (typeof segments)[number]): string[] {
    const known = missing.get(id)
    if (known) return known
    const fields = query ? fieldsOf(query).filter((field) => !hasField(field)) : []
    const named = segmentsIn(query).filter((name) => !exists(name))
    const found = [
      ...fields,
      ...missing_tag_ids.map((tag) => `tag_id ${tag}`),
      ...named.map((name) => `segment_id ${name}`),
    ]
    missing.set(id, found)
    return found
  }
  for (const segment of segments) visit(segment)
  return missing
}

const DAY_SECONDS = 24 * 60 * 60
const MAX_DAYS = 36_500

/** Replaces `{ "days_ago": 30 }` as the value of a date by Unix seconds. */
export function withDates(query: Query, now: Date, isDate: (field: string) => boolean): Query {
  if ('members' in query) return { ...query, members: query.members.map((member) => withDates(member, now, isDate)) }
  const days = isDate(query.field) ? daysAgo(query.value) : undefined
  return days === undefined ? query : { ...query, value: Math.floor(now.getTime() / 1000) - days * DAY_SECONDS }
}

/** Whether the value is a time that passes, such as `{ "days_ago": 30 }`. */
export const isRelative = (value: unknown): boolean => daysAgo(value) !== undefined

function daysAgo(value: unknown): number | undefined {
  if (typeof value !== 'object' || value === null || Object.keys(value).join() !== 'days_ago') return undefined
  const { days_ago } = value as { days_ago: unknown }
  const isDays = Number.isInteger(days_ago) && Number(days_ago) >= 0 && Number(days_ago) <= MAX_DAYS
  return isDays ? Number(days_ago) : undefined
}
