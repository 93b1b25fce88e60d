// Compiles a search into a condition on a noun's rows. A caller's values are always parameters, never SQL text.
import type { Order } from '#db/page.ts'
import type { Fragment } from '#db/sql.ts'
import { badRequest } from '#http/errors.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import {
  compareDate,
  compareId,
  compareIdOrder,
  compareNumber,
  compareText,
  compareWords,
  type Precision,
} from './compare.ts'
import { type Filter, invalidQuery, type Query, type Sort } from './query.ts'
import {
  anyValue,
  type Compiled,
  everyOf,
  type Indexed,
  leafOf,
  othersOf,
  type Rows,
  type Source,
  someOf,
  type ValueOrder,
} from './sources.ts'
import { isBigint, readBoolean, readList, readText, shown } from './values.ts'

export type { Compiled } from './sources.ts'

/** A column's name, or an expression over the noun's row. */
export type Column = string | ((workspace: Workspace) => Fragment)

/**
 * `column`: default is the name of the field. `required`: the column is never null, and a number is an integer.
 * `indexed`: where a search finds its values. `sorted_by`: what rows are sorted by, if that is not the column.
 */
type Stored = { column?: Column; required?: boolean; indexed?: Indexed; sorted_by?: Column }

/**
 * A searchable field:
 * - `text`; with `fold`, case is ignored (the index is on `lower(column)`);
 * - `word`: HTML or text in which `=` and `IN` find a whole word;
 * - `id`: text to callers, a bigint in the database; if `ordered`, it also compares with `>` and `<`, as a number;
 * - `number`, `boolean`, `date` (timestamptz; its own `precision` overrides the noun's);
 * - `set`: ids related to the row. `has` is true if the row has one of `ids`, or any id if `ids` is null.
 */
export type Field =
  | (Stored & { kind: 'text'; fold?: boolean })
  | (Stored & { kind: 'id'; ordered?: boolean })
  | (Stored & { kind: 'word' | 'number' | 'boolean' })
  | (Stored & { kind: 'date'; precision?: (workspace: Workspace) => Precision })
  | {
      kind: 'set'
      has: (workspace: Workspace, ids: string[] | null) => Fragment
      /** Where the rows that have one of `ids` are found. */
      source?: (workspace: Workspace, ids: string[], rows: Rows) => Source | undefined
      /** The queries that decide who has one of `ids`, if it is others than the objects themselves; null: also the time does. */
      dependsOn?: (ids: string[]) => Query[] | null
      /** The ids are bigints in the database; other values are removed before `has` is called. */
      of?: 'bigint'
      operators?: readonly string[]
    }

/** The searchable fields of a noun, and how its search differs from others. */
export type Searchable = {
  fields: Record<string, Field>
  /** The precision of date comparisons. Default: a second. */
  precision?: (workspace: Workspace) => Precision
  /** `>` and `<` include the equal value, and dates accept IN and NIN: conversations and tickets. */
  inclusive?: boolean
  /** Whether an unknown `sort.order` is an error. If not, it means `descending`. */
  checks_order?: (workspace: Workspace) => boolean
  /** The word for a field in error messages. */
  called?: 'field' | 'search field'
}

const EQUALITY = ['=', '!=', 'IN', 'NIN']
const ORDER = ['>', '<', '>=', '<=']
const TEXT = [...EQUALITY, '~', '!~', '^', '$']
const NUMBER = [...EQUALITY, ...ORDER]
const DAY = ['=', '>', '<']
const INSTANT = ['=', '!=', ...ORDER]

/** Operators that match everything that their opposite does not, including unset values. */
const NEGATED: Record<string, string> = { '!=': '=', NIN: 'IN', '!~': '~' }
const INCLUSIVE: Record<string, string> = { '>': '>=', '<': '<=' }

/**
 * Returns the query as a condition in parentheses. Do not return it from an async function: awaiting a fragment runs it.
 *
 * @throws ApiError the 400s that Intercom documents; values that PostgreSQL cannot handle are refused here.
 */
export const where = (workspace: Workspace, searchable: Searchable, query: Query): Fragment =>
  compile(workspace, searchable, query).condition

/** As `where`, with the places where the rows are found if `rows` is given. */
export function compile(workspace: Workspace, searchable: Searchable, query: Query, rows?: Rows): Compiled {
  if (!('members' in query)) return matches(workspace, searchable, query, rows)
  const { sql } = workspace
  const members = query.members.map((member) => compile(workspace, searchable, member, rows))
  const link = query.operator === 'AND' ? sql`and` : sql`or`
  const conditions = members.map(({ condition }) => condition)
  return {
    condition: sql`(${conditions.reduce((left, right) => sql`${left} ${link} ${right}`)})`,
    source: query.operator === 'AND' ? everyOf(members) : someOf(members),
  }
}

/** Returns the order of the rows. A row without a value sorts as the smallest. */
export function sortOf(workspace: Workspace, searchable: Searchable, sort: Sort, otherwise: Order): Order {
  const direction = directionOf(workspace, searchable, sort.order)
  if (sort.field === undefined) return { ...otherwise, direction: direction ?? otherwise.direction }
  const field = fieldOf(searchable, sort.field)
  if (field.kind === 'set') throw noField(searchable, sort.field)
  const by = columnOf(workspace, sort.field, field.sorted_by ? { ...field, column: field.sorted_by } : field)
  return { ...sortKey(workspace, field, by), direction: direction ?? 'desc' }
}

/** Returns where the values of the order are found, if they are in a side table. */
export function sortedBy({ fields }: Searchable, { field: name }: Sort): ValueOrder | undefined {
  const field = name !== undefined && Object.hasOwn(fields, name) ? fields[name]! : undefined
  if (!field || field.kind === 'set' || field.kind === 'boolean' || field.sorted_by) return undefined
  const { indexed } = field
  return (indexed?.by === 'values' && !indexed.cut) || indexed?.by === 'texts' ? indexed : undefined
}

function matches(
  workspace: Workspace,
  searchable: Searchable,
  { field: name, operator, value }: Filter,
  rows: Rows | undefined,
): Compiled {
  const field = fieldOf(searchable, name)
  const { sql } = workspace
  if (!operatorsOf(workspace, field, searchable).includes(operator)) {
    throw badRequest('invalid_operator', `${name} does not support operator: ${shown(operator)}`)
  }
  const positive = NEGATED[operator] ?? operator
  if (value === null && positive !== '=') throw invalidQuery()
  const compiled =
    field.kind === 'set'
      ? inSet(workspace, field, positive, value, rows)
      : comparison(workspace, searchable, name, field, positive, value, rows)
  if (positive === operator) return { ...compiled, condition: sql`(${compiled.condition})` }
  const { condition, source, others } = compiled
  const leaf = source && 'ids' in source && source.exact ? source : undefined
  return { condition: sql`((${condition}) is not true)`, source: others, others: leaf }
}

/** Compares a field of the noun's own row, in a condition and in the index that has its values. */
function comparison(
  workspace: Workspace,
  searchable: Searchable,
  name: string,
  field: StoredField,
  operator: string,
  value: unknown,
  rows: Rows | undefined,
): Compiled {
  const { indexed } = field
  const condition = compare(workspace, searchable, field, columnOf(workspace, name, field), operator, value)
  if (!rows || !indexed) return { condition }
  if (value === null) return { condition, others: anyValue(workspace, rows, indexed) }
  const compared = {
    ...{ kind: field.kind, value, condition },
    fold: field.kind === 'text' && field.fold === true,
    operator: (searchable.inclusive && INCLUSIVE[operator]) || operator,
    precision: field.kind === 'date' ? precisionOf(workspace, field, searchable.precision) : ('second' as const),
  }
  return {
    condition,
    source: leafOf(workspace, rows, indexed, compared),
    others: othersOf(workspace, rows, indexed, compared),
  }
}

function operatorsOf(workspace: Workspace, field: Field, { precision, inclusive }: Searchable): readonly string[] {
  switch (field.kind) {
    case 'text':
    case 'word':
      return TEXT
    case 'id':
      return field.ordered ? [...TEXT, ...ORDER] : TEXT
    case 'number':
      return NUMBER
    case 'boolean':
      return EQUALITY
    case 'set':
      return field.operators ?? EQUALITY
    case 'date':
      if (precisionOf(workspace, field, precision) !== 'second') return DAY
      return inclusive ? NUMBER : INSTANT
  }
}

export type StoredField = Exclude<Field, { kind: 'set' }>

function compare(
  workspace: Workspace,
  { precision, inclusive }: Searchable,
  field: StoredField,
  column: Fragment,
  operator: string,
  value: unknown,
): Fragment {
  const { sql } = workspace
  if (value === null) return sql`${column} is null`
  const ordering = (inclusive && INCLUSIVE[operator]) || operator
  switch (field.kind) {
    case 'text':
      return compareText(sql, column, operator, value, field.fold)
    case 'word':
      return compareWords(sql, column, operator, value)
    case 'id':
      return ORDER.includes(operator)
        ? compareIdOrder(sql, column, ordering, value)
        : compareId(sql, column, operator, value)
    case 'number':
      return compareNumber(sql, column, ordering, value)
    case 'boolean':
      if (operator === '=') return sql`${column} = ${readBoolean(value)}`
      return sql`${column}::text = any(${readList(value, readBoolean).map(String)}::text[])`
    case 'date':
      return compareDate(workspace, column, ordering, value, precisionOf(workspace, field, precision))
  }
}

function inSet(
  workspace: Workspace,
  field: Field & { kind: 'set' },
  operator: string,
  value: unknown,
  rows: Rows | undefined,
): Compiled {
  if (value === null) return { condition: workspace.sql`not ${field.has(workspace, null)}` }
  const given = operator === '=' ? [readText(value)] : readList(value, readText)
  const ids = field.of === 'bigint' ? given.filter(isBigint) : given
  return { condition: field.has(workspace, ids), source: rows && field.source?.(workspace, ids, rows) }
}

const precisionOf = (workspace: Workspace, field: Field & { kind: 'date' }, noun: Searchable['precision']): Precision =>
  (field.precision ?? noun)?.(workspace) ?? 'second'

function sortKey({ sql }: Workspace, field: StoredField, column: Fragment): Omit<Order, 'direction'> {
  const { kind, required } = field
  switch (kind) {
    case 'text':
    case 'word':
    case 'boolean': {
      const text = kind === 'text' && field.fold ? sql`lower(${column})` : sql`${column}::text`
      return { by: sql`(${required ? text : sql`coalesce(${text}, '')`} collate "C")`, type: 'text' }
    }
    case 'id':
    case 'number':
      // The type of the column, so that an index finds the next page.
      if (required) return { by: column, type: 'bigint' }
      return { by: sql`coalesce(${column}::numeric, '-Infinity')`, type: 'numeric' }
    case 'date':
      return { by: required ? column : sql`coalesce(${column}, '-infinity')`, type: 'timestamptz' }
  }
}

function directionOf(workspace: Workspace, { checks_order }: Searchable, order: unknown): 'asc' | 'desc' | undefined {
  if (order === undefined || order === null) return undefined
  if (order === 'ascending') return 'asc'
  if (order === 'descending' || !checks_order?.(workspace)) return 'desc'
  const given = `Invalid sort order '${shown(order)}'`
  throw badRequest('invalid_sort_order', `${given}. Must be one of: ascending, descending`)
}

function fieldOf(searchable: Searchable, name: string): Field {
  if (!Object.hasOwn(searchable.fields, name)) throw noField(searchable, name)
  return searchable.fields[name]!
}

const noField = ({ called = 'field' }: Searchable, name: string) =>
  badRequest('invalid_field', `${shown(name)} is not a valid ${called}`)

function columnOf(workspace: Workspace, name: string, { column = name }: StoredField): Fragment {
  if (typeof column === 'function') return column(workspace)
  return workspace.sql`${workspace.sql(column)}`
}
