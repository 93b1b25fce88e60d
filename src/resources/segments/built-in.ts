// The segments that every workspace has. Their rules are those of Intercom's help.
import { createHash } from 'node:crypto'
import type { Filter, Group, Query } from '#search/query.ts'
import type { Version } from '#versions/versions.ts'
import type { PersonType, SegmentRow } from './queries.ts'

const after = (field: string, days_ago: number): Filter => ({ field, operator: '>', value: { days_ago } })
const all = (...members: Query[]): Group => ({ operator: 'AND', members })
const any = (...members: Query[]): Group => ({ operator: 'OR', members })

const RULES: [key: string, name: string, person_type: PersonType, query: Query | null][] = [
  ['all-users', 'All users', 'user', null],
  ['all-leads', 'All leads', 'contact', null],
  ['active', 'Active', 'user', after('last_seen_at', 30)],
  [
    'new',
    'New',
    'user',
    // A user whose workspace does not say when they signed up is as new as their contact.
    any(after('signed_up_at', 1), all({ field: 'signed_up_at', operator: '=', value: null }, after('created_at', 1))),
  ],
  [
    'slipping-away',
    'Slipping away',
    'user',
    all(after('last_seen_at', 60), { field: 'last_seen_at', operator: '<=', value: { days_ago: 30 } }),
  ],
]

const VERSION: Version = 'Preview'

/** Returns the built-in segments of a workspace. Their ids stay the same. */
export const builtInSegments = ({ id, created_at }: { id: string; created_at: Date }): SegmentRow[] =>
  RULES.map(([key, name, person_type, query]) => ({
    id: stableId(created_at, `${id} ${key}`),
    ...{ name, person_type, query, created_at, updated_at: created_at },
    ...{ version: VERSION, missing_tag_ids: [], is_built_in: true },
  }))

/** Looks like an id that `objectId` makes: the first eight digits are the time of creation. */
function stableId(at: Date, text: string): string {
  const seconds = Math.floor(at.getTime() / 1000)
  return seconds.toString(16).padStart(8, '0') + createHash('sha256').update(text).digest('hex').slice(0, 16)
}
