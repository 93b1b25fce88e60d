// Finds the rows with a value in an index, without reading the noun's table: see docs/decisions for the measurements.
import type { Fragment } from '#db/sql.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { dateRange, type Precision, wantedWords } from './compare.ts'
import { LIMITS } from './limits.ts'
import { readBoolean, readList, readNumber, readText } from './values.ts'

/** A noun's tables for searches, and its name in `object_counts`. */
export type SearchTables = {
  noun: 'contact' | 'company' | 'conversation' | 'ticket'
  values: string
  texts: string
  id: 'text' | 'bigint'
}

/**
 * Where the values of a field are indexed:
 * - `own`: in an index of the noun's own table, which also has the id;
 * - `values`: as `name` in the table of values; `cut`: only the first 255 characters of a text;
 * - `flag`: in the table of values for the rows that are `is`, the others being `otherwise`;
 * - `texts`: in a column of the table of texts; `reversed` is the column for ends, `trigrams` says that parts are indexed;
 * - `domain`: the part of the email address after the @;
 * - `words`: the words of a text, in the column `words` of the table of texts.
 */
export type Indexed =
  | { by: 'own' }
  | { by: 'values'; name: string; cut?: boolean }
  | { by: 'flag'; name: string; is: true | string; otherwise: false | string }
  | { by: 'texts'; column: string; reversed?: string; trigrams?: boolean }
  | { by: 'domain'; reversed: string }
  | { by: 'words' }

/** Where the values of an order are found. */
export type ValueOrder = Indexed & { by: 'values' | 'texts' }

/** Ids of rows, each once: `select id from …`. */
export type Leaf = {
  ids: Fragment
  /** These are the live rows that match, and no others. If not, others are among them. */
  exact: boolean
  /** The index returns the ids in their order, so that the newest are found without reading the others. */
  ordered: boolean
  /** The index is read whole for any number of ids. */
  whole?: boolean
}

/** Where all matches of a condition are found: in each of `every` and in none of `except`, or in `some` together. `exact` as for a leaf. */
export type Source = Leaf | { every: Source[]; except: Leaf[]; exact: boolean } | { some: Source[]; exact: boolean }

/** A comparison with a value that is not null. `condition` is the same comparison on the noun's row. */
export type Comparison = {
  kind: 'text' | 'word' | 'id' | 'number' | 'boolean' | 'date'
  /** Ignores case. */
  fold: boolean
  operator: string
  value: unknown
  precision: Precision
  condition: Fragment
}

/** The rows that a statement can be given from. `live` is how many live rows the workspace has. */
export type Rows = { tables: SearchTables; rows: (workspace: Workspace) => Fragment; live: number }

/** Trigrams are of letters and digits. For a text without one PostgreSQL would read the whole index, and all rows. */
const HAS_TRIGRAM = /[\p{L}\p{N}]{3}/u

/** The longest text that `values` has whole. */
const WHOLE_TEXT = 255

/** Returns the matches of a comparison, or undefined if no index finds them. */
export function leafOf(workspace: Workspace, rows: Rows, indexed: Indexed, comparison: Comparison): Leaf | undefined {
  const { sql } = workspace
  switch (indexed.by) {
    case 'own': {
      if (['~', '^', '$'].includes(comparison.operator)) return undefined
      return { ids: sql`select id ${rows.rows(workspace)} and ${comparison.condition}`, exact: true, ordered: false }
    }
    case 'values':
      return inValues(workspace, rows.tables, indexed, comparison)
    case 'flag':
      return comparison.operator === '=' && isValue(comparison, indexed.is)
        ? flagged(workspace, rows, indexed)
        : undefined
    case 'texts':
      return inTexts(workspace, rows, indexed, comparison)
    case 'domain': {
      if (comparison.operator !== '=') return undefined
      const end = sql`reverse(lower(${`@${readText(comparison.value)}`}::text))`
      return text(workspace, rows, startsWith(workspace, indexed.reversed, end))
    }
    case 'words': {
      const { operator, value } = comparison
      if (operator !== '=' && operator !== 'IN') return undefined
      const found = text(workspace, rows, sql`words && ${wantedWords(sql, operator, value)}`)
      return { ...found, whole: rows.live > LIMITS.read_through }
    }
  }
}

/** Returns the rows that do not match, if those are what an index finds. */
export function othersOf(workspace: Workspace, rows: Rows, indexed: Indexed, comparison: Comparison): Leaf | undefined {
  if (indexed.by !== 'flag' || comparison.operator !== '=') return undefined
  return isValue(comparison, indexed.otherwise) ? flagged(workspace, rows, indexed) : undefined
}

/** Returns the rows with any value, or undefined if no index finds them. */
export function anyValue(workspace: Workspace, rows: Rows, indexed: Indexed): Leaf | undefined {
  const { sql } = workspace
  if (indexed.by === 'texts') return text(workspace, rows, sql`${sql(indexed.column)} is not null`)
  if (indexed.by !== 'values') return undefined
  const found = valued(workspace, rows.tables, indexed.name)
  return {
    ids: sql`${found} and number_value is not null union all ${found} and text_value is not null`,
    exact: true,
    ordered: false,
  }
}

type Values = Indexed & { by: 'values' }

const valued = ({ sql, id }: Workspace, { values }: SearchTables, name: string): Fragment =>
  sql`select id from ${sql(values)} where workspace_id = ${id} and field = ${name}`

function inValues(workspace: Workspace, tables: SearchTables, indexed: Values, comparison: Comparison) {
  const condition =
    comparison.kind === 'text' ? textValue(workspace, comparison, indexed) : numberValue(workspace, comparison)
  if (!condition) return undefined
  const is_whole = !indexed.cut || String(comparison.value).length < WHOLE_TEXT
  return {
    ids: workspace.sql`${valued(workspace, tables, indexed.name)} and ${condition}`,
    exact: is_whole,
    ordered: comparison.operator === '=' && comparison.kind !== 'date',
  }
}

function textValue(workspace: Workspace, { fold, operator, value }: Comparison, { cut }: Values): Fragment | undefined {
  const { sql } = workspace
  const given = (text: unknown) => {
    const start = readText(text).slice(0, cut ? WHOLE_TEXT : undefined)
    return fold ? sql`lower(${start}::text)` : sql`${start}::text`
  }
  switch (operator) {
    case '=':
      return sql`text_value = ${given(value)}`
    case 'IN':
      return fold || cut ? undefined : sql`text_value = any(${readList(value, readText)}::text[])`
    case '^':
      return startsWith(workspace, 'text_value', given(value))
    default:
      return cut ? undefined : holds(workspace, 'text_value', given(value), operator)
  }
}

function numberValue(workspace: Workspace, { kind, operator, value, precision }: Comparison): Fragment | undefined {
  const { sql } = workspace
  if (kind === 'date') return operator === 'IN' ? undefined : dateRange(workspace, operator, value, precision)
  if (kind !== 'number' && kind !== 'boolean' && kind !== 'id') return undefined
  const read = (given: unknown) => (kind === 'boolean' ? Number(readBoolean(given)) : Number(readNumber(given).text))
  if (operator === 'IN') {
    return kind === 'id' ? undefined : sql`number_value = any(${readList(value, read)}::double precision[])`
  }
  if (!['=', '<', '<=', '>', '>='].includes(operator)) return undefined
  if (kind === 'id' && (operator !== '=' || !Number.isSafeInteger(Number(value)))) return undefined
  return sql`number_value ${sql.unsafe(operator)} ${read(value)}::double precision`
}

const isValue = ({ kind, value }: Comparison, expected: boolean | string) =>
  (kind === 'boolean' ? readBoolean(value) : value) === expected

const flagged = (workspace: Workspace, { tables }: Rows, { name, is }: Indexed & { by: 'flag' }): Leaf => ({
  ids: workspace.sql`
    ${valued(workspace, tables, name)} and ${is === true ? workspace.sql`number_value = 1` : workspace.sql`text_value = ${is}`}`,
  exact: true,
  ordered: true,
})

const text = ({ sql, id }: Workspace, { tables }: Rows, condition: Fragment, ordered = false): Leaf => ({
  ids: sql`select id from ${sql(tables.texts)} where workspace_id = ${id} and ${condition}`,
  exact: true,
  ordered,
})

function inTexts(
  workspace: Workspace,
  rows: Rows,
  { column, reversed, trigrams = false }: Indexed & { by: 'texts' },
  { fold, operator, value }: Comparison,
): Leaf | undefined {
  const { sql } = workspace
  const given = (text: unknown) => (fold ? sql`lower(${readText(text)}::text)` : sql`${readText(text)}::text`)
  switch (operator) {
    case '=':
      return text(workspace, rows, sql`${sql(column)} = ${given(value)}`, true)
    case 'IN': {
      const folded = fold ? sql`lower(v)` : sql`v`
      const list = sql`array(select ${folded} from unnest(${readList(value, readText)}::text[]) v)`
      return text(workspace, rows, sql`${sql(column)} = any(${list})`)
    }
    case '^':
      return text(workspace, rows, startsWith(workspace, column, given(value)))
    case '$':
      if (reversed) return text(workspace, rows, startsWith(workspace, reversed, sql`reverse(${given(value)})`))
      break
  }
  const needle = readText(value)
  if (rows.live <= LIMITS.read_through)
    return text(workspace, rows, holds(workspace, column, given(value), operator), true)
  if (!trigrams || !HAS_TRIGRAM.test(needle)) return undefined
  const pattern = `%${needle.replace(/[\\%_]/g, '\\$&')}${operator === '$' ? '' : '%'}`
  return { ...text(workspace, rows, sql`${sql(column)} like ${given(pattern)}`), whole: true }
}

/** A range, because the plan of a prepared statement has no prefix for `like`. U+10FFFF is no character of a text. */
const startsWith = ({ sql }: Workspace, column: string, start: Fragment): Fragment =>
  sql`${sql(column)} >= ${start} collate "C" and ${sql(column)} < (${start} || chr(1114111)) collate "C"`

const holds = ({ sql }: Workspace, column: string, part: Fragment, operator: string): Fragment =>
  operator === '$' ? sql`right(${sql(column)}, length(${part})) = ${part}` : sql`strpos(${sql(column)}, ${part}) > 0`

/** A query on a noun's rows. */
export type Compiled = {
  /** The condition, in parentheses. */
  condition: Fragment
  /** Where all rows that meet it are found; absent if no index finds them. */
  source?: Source | undefined
  /** The rows that do not meet it, if an index finds exactly these. */
  others?: Leaf | undefined
}

/** Each of the sources has all matches. A member with neither a source nor `others` is only a condition. */
export function everyOf(members: Compiled[]): Source | undefined {
  const every = members.flatMap(({ source }) => source ?? [])
  if (every.length === 0) return undefined
  const except = members.flatMap(({ source, others }) => (source ? [] : (others ?? [])))
  const is_whole = every.length + except.length === members.length
  return { every, except, exact: is_whole && every.every(({ exact }) => exact) }
}

export function someOf(members: Compiled[]): Source | undefined {
  const some = members.flatMap(({ source }) => source ?? [])
  return some.length === members.length ? { some, exact: some.every(({ exact }) => exact) } : undefined
}
