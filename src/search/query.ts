// Reads a search request in Intercom's query language, and checks everything that does not depend on a noun's fields.

import { type TSchema, Type } from 'typebox'
import { badRequest } from '#http/errors.ts'
import { PageQuery, type PageRequest } from '#http/lists.ts'
import { named } from '#http/types.ts'
import { isObject } from '#lib/objects.ts'
import { shown } from './values.ts'

/** Compares one field with one value. `value` is null if it was absent; `where` checks whether the operator allows that. */
export type Filter = { field: string; operator: string; value: unknown }
export type Group = { operator: 'AND' | 'OR'; members: Query[] }
export type Query = Filter | Group

export type Sort = { field?: string; order?: unknown }

export type Search = {
  query: Query
  pagination: PageRequest
  sort: Sort
  /** All fields that the query and the sort name, so that attributes are looked up only if needed. */
  fields: string[]
}

const DEEPEST = 2
const MOST_MEMBERS = 15

const Value = Type.Union([Type.String(), Type.Integer(), Type.Boolean()])
const FilterBody = named(
  'search_filter',
  Type.Object({
    field: Type.String({ description: 'A searchable field.' }),
    operator: Type.Enum(['=', '!=', 'IN', 'NIN', '>', '<', '>=', '<=', '~', '!~', '^', '$'], {
      description: 'Equal, not equal, one of, none of, greater, less, contains, contains not, starts with, ends with.',
    }),
    value: Type.Union([Value, Type.Array(Type.Union([Type.String(), Type.Integer()])), Type.Null()], {
      description: 'What to compare with; a list for IN and NIN, null for a field that is not set.',
    }),
  }),
)
const groupOf = <Member extends TSchema>(member: Member) =>
  Type.Object({
    operator: Type.Enum(['AND', 'OR']),
    value: Type.Array(member, { minItems: 1, maxItems: MOST_MEMBERS }),
  })
const Documented = named(
  'search_request',
  Type.Object({
    query: Type.Union([FilterBody, groupOf(Type.Union([FilterBody, groupOf(FilterBody)]))]),
    pagination: Type.Optional(PageQuery),
    sort: Type.Optional(
      Type.Object({
        field: Type.String({ description: 'A searchable field that has one value.' }),
        order: Type.Optional(Type.Enum(['ascending', 'descending'], { default: 'descending' })),
      }),
    ),
  }),
)

/** The body of a search, for the API reference. It validates nothing: `readSearch` throws Intercom's errors. */
export const SearchBody = Type.Unsafe<unknown>({ anyOf: [Documented, {}] })

/**
 * Reads the whole body of a search. Ignores other members beside the query, such as `per_page`: Intercom documents a 400
 * for them, but accepts them. Throws the other 400s that Intercom documents.
 */
export function readSearch(body: unknown): Search {
  if (!isObject(body)) throw invalidQuery()
  const { query, pagination, sort } = body
  const read = { query: readQuery(query), pagination: readPagination(pagination), sort: readSort(sort) }
  return { ...read, fields: [...fieldsOf(read.query), read.sort.field].filter((name) => name !== undefined) }
}

/** Reads a query alone, which also describes the audience of a broadcast. Throws the same 400s. */
export function readQuery(query: unknown, depth = 1): Query {
  if (!isObject(query) || typeof query['operator'] !== 'string') throw invalidQuery()
  const { field, operator, value } = query
  if (field === undefined || field === null) return readGroup(operator, value, depth)
  if (typeof field !== 'string') throw invalidQuery()
  return { field, operator, value: value ?? null }
}

function readGroup(operator: string, value: unknown, depth: number): Group {
  if (!Array.isArray(value) || value.length === 0) throw invalidQuery()
  if (operator !== 'AND' && operator !== 'OR') {
    throw badRequest('invalid_operator', 'Composite operators must be of type AND or OR ')
  }
  if (depth > DEEPEST) throw badRequest('invalid_values', 'Value depth exceeds 10 items')
  if (value.length > MOST_MEMBERS) {
    const much = `Number of elements in composite query is greater than ${MOST_MEMBERS}`
    throw badRequest('invalid_value', `${much}, please try again with a smaller list`)
  }
  return { operator, members: value.map((member) => readQuery(member, depth + 1)) }
}

export const filtersOf = (query: Query): Filter[] => ('members' in query ? query.members.flatMap(filtersOf) : [query])

export const fieldsOf = (query: Query): string[] => filtersOf(query).map(({ field }) => field)

/** Returns a query in the form of a request. */
export const presentQuery = (query: Query): unknown =>
  'members' in query ? { operator: query.operator, value: query.members.map(presentQuery) } : query

function readPagination(pagination: unknown): PageRequest {
  if (pagination === undefined || pagination === null) return {}
  if (!isObject(pagination)) throw badParameter('pagination')
  const { per_page, starting_after } = pagination
  return { ...readPerPage(per_page), ...readCursor(starting_after) }
}

function readPerPage(per_page: unknown): PageRequest {
  if (per_page === undefined || per_page === null) return {}
  const number = typeof per_page === 'string' && /^\d+$/.test(per_page) ? Number(per_page) : per_page
  if (!Number.isInteger(number)) throw badParameter('per_page')
  return { per_page: number as number }
}

function readCursor(starting_after: unknown): PageRequest {
  if (starting_after === undefined || starting_after === null) return {}
  if (typeof starting_after !== 'string') throw badParameter('starting_after')
  return { starting_after }
}

function readSort(sort: unknown): Sort {
  if (sort === undefined || sort === null) return {}
  if (!isObject(sort)) throw badParameter('sort')
  const { field, order } = sort
  if (field !== undefined && field !== null && typeof field !== 'string') throw badParameter('field')
  return { ...(typeof field === 'string' && { field }), order }
}

const badParameter = (name: string) => badRequest('bad_request', `bad '${shown(name)}' parameter`)

export const invalidQuery = () =>
  badRequest(
    'invalid_query',
    "Invalid query. Ensure 'field', 'operator', 'value' are present for field queries. Ensure 'operator' and 'value' for composite queries.",
  )
