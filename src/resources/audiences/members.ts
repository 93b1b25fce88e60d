// Whether an object is in an audience, by the search fields of its noun: the predicates become a query.
import type { Fragment } from '#db/sql.ts'
import { ApiError } from '#http/errors.ts'
import type { SegmentedNoun } from '#resources/segments/compile.ts'
import { fieldsOf, type Group, type Query } from '#search/query.ts'
import { type Field, where } from '#search/where.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { type Predicate, someRowMeets } from './queries.ts'

const OPERATORS: Record<string, string> = {
  eq: '=',
  ne: '!=',
  contains: '~',
  not_contains: '!~',
  starts_with: '^',
  ends_with: '$',
  gt: '>',
  gte: '>=',
  lt: '<',
  lte: '<=',
}

const VALUES: Record<string, (value: string) => unknown> = {
  boolean: (value) => value === 'true',
  integer: Number,
  float: Number,
  number: Number,
  date: Number,
}

/** Returns a query for objects that meet all of the predicates, or one of them; undefined for an unknown comparison. */
export function queryOf(predicates: readonly Predicate[], operator: 'AND' | 'OR'): Group | undefined {
  const members = predicates.flatMap(({ attribute, type, comparison, value }) => {
    const operator = Object.hasOwn(OPERATORS, comparison) ? OPERATORS[comparison] : undefined
    return operator ? [{ field: attribute, operator, value: (VALUES[type] ?? String)(value) }] : []
  })
  return members.length === predicates.length ? { operator, members } : undefined
}

/** Predicates name no segments. */
const NO_SEGMENT: Field = { kind: 'set', has: ({ sql }) => sql`false` }

/**
 * Returns whether one of the noun's rows with these ids meets the query. `ids` is a query of them. False if the query cannot
 * be asked: predicates are stored as they are, also if they name an unknown attribute.
 */
export async function someMeet(
  workspace: Workspace,
  noun: SegmentedNoun,
  ids: Fragment,
  query: Query,
): Promise<boolean> {
  const latest = { ...workspace, version: 'Preview' as const }
  const searchable = await noun.searchable(latest, fieldsOf(query), NO_SEGMENT)
  const condition = conditionOf(() => where(latest, searchable, query))
  return !!condition && someRowMeets(workspace, noun.rows(workspace), ids, condition.sql)
}

/** In an object, because a fragment can be awaited. */
function conditionOf(compile: () => Fragment): { sql: Fragment } | undefined {
  try {
    return { sql: compile() }
  } catch (error) {
    if (error instanceof ApiError && error.status === 400) return undefined
    throw error
  }
}
