// Compiles one comparison for each kind of field. The caller negates it for `!=`, `NIN` and `!~`.
import type { Fragment, Sql } from '#db/sql.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { isBigint, readList, readNumber, readSeconds, readText } from './values.ts'

/** A date is a second, or a whole day of the workspace's time zone, or of UTC. */
export type Precision = 'second' | 'day' | 'utc-day'

export function compareText(sql: Sql, column: Fragment, operator: string, value: unknown, fold = false): Fragment {
  const folded = (text: Fragment) => (fold ? sql`lower(${text})` : text)
  if (operator === '=') return sql`${folded(column)} = ${folded(sql`${readText(value)}::text`)}`
  if (operator === 'IN') return sql`${folded(column)} = any(${listed(sql, value, folded)})`
  const literal = readText(value).replace(/[\\%_]/g, '\\$&')
  const pattern = `${operator === '^' ? '' : '%'}${literal}${operator === '$' ? '' : '%'}`
  return sql`${folded(column)} like ${folded(sql`${pattern}::text`)}`
}

const listed = (sql: Sql, value: unknown, folded: (text: Fragment) => Fragment) =>
  sql`array(select ${folded(sql`v`)} from unnest(${readList(value, readText)}::text[]) v)`

const MARKUP = '<[^<>]*>|&#?[[:alnum:]]+;'

/** Ignores case. `=` and `IN` compare with each word of the column, so a value of two words never matches. */
export function compareWords(sql: Sql, column: Fragment, operator: string, value: unknown): Fragment {
  if (operator === '=' || operator === 'IN') return sql`search_words(${column}) && ${wantedWords(sql, operator, value)}`
  const text = sql`btrim(regexp_replace(${column}, ${MARKUP}, ' ', 'g'))`
  return compareText(sql, text, operator, value, true)
}

/** The words of a comparison with `=` or `IN`, as the SQL function `search_words` returns words. */
export const wantedWords = (sql: Sql, operator: string, value: unknown): Fragment =>
  listed(sql, operator === '=' ? [value] : value, (word) => sql`left(lower(${word}), 200)`)

/** An id that is not a bigint matches nothing. */
export function compareId(sql: Sql, column: Fragment, operator: string, value: unknown): Fragment {
  if (operator === 'IN') return sql`${column} = any(${readList(value, readText).filter(isBigint)}::bigint[])`
  if (operator !== '=') return compareText(sql, sql`${column}::text`, operator, value)
  const id = readText(value)
  return isBigint(id) ? sql`${column} = ${id}::bigint` : sql`false`
}

/** Orders ids as numbers. The empty text comes before every id: extractors begin with `id > ''`. */
export function compareIdOrder(sql: Sql, column: Fragment, operator: string, value: unknown): Fragment {
  if (value === '') return operator.startsWith('>') ? sql`${column} is not null` : sql`false`
  return compareNumber(sql, column, operator, value)
}

export function compareNumber(sql: Sql, column: Fragment, operator: string, value: unknown): Fragment {
  if (operator === 'IN') {
    const numbers = readList(value, readNumber)
    const type = numbers.every((number) => number.type === 'bigint') ? 'bigint' : 'numeric'
    return sql`${column} = any(${numbers.map((number) => number.text)}::${sql.unsafe(type)}[])`
  }
  const { text, type } = readNumber(value)
  return sql`${column} ${sql.unsafe(operator)} ${text}::${sql.unsafe(type)}`
}

/** A date is the period from its start to the start of the next one: a second or a day. */
export function compareDate(
  workspace: Workspace,
  column: Fragment,
  operator: string,
  value: unknown,
  precision: Precision,
): Fragment {
  const { sql } = workspace
  if (operator === 'IN') {
    const seconds = readList(value, readSeconds).map(String)
    return sql`date_trunc('second', ${column}) = any(array(
      select to_timestamp(v) from unnest(${seconds}::double precision[]) v))`
  }
  const { from, until } = spanOf(workspace, readSeconds(value), precision)
  switch (operator) {
    case '=':
      return sql`${column} >= ${from} and ${column} < ${until}`
    case '>':
      return sql`${column} >= ${until}`
    case '>=':
      return sql`${column} >= ${from}`
    case '<':
      return sql`${column} < ${from}`
    default:
      return sql`${column} < ${until}`
  }
}

/** Returns the condition of `compareDate` on `number_value` in Unix seconds. */
export function dateRange(workspace: Workspace, operator: string, value: unknown, precision: Precision): Fragment {
  const { sql } = workspace
  const { from, until } = spanOf(workspace, readSeconds(value), precision)
  const seconds = (time: Fragment) => sql`extract(epoch from ${time}::timestamptz)::double precision`
  switch (operator) {
    case '=':
      return sql`number_value >= ${seconds(from)} and number_value < ${seconds(until)}`
    case '>':
      return sql`number_value >= ${seconds(until)}`
    case '>=':
      return sql`number_value >= ${seconds(from)}`
    case '<':
      return sql`number_value < ${seconds(from)}`
    default:
      return sql`number_value < ${seconds(until)}`
  }
}

const DAY = 24 * 60 * 60

function spanOf({ sql, id }: Workspace, seconds: number, precision: Precision): { from: Fragment; until: Fragment } {
  const at = (time: number) => sql`${new Date(time * 1000)}`
  if (precision === 'second') return { from: at(seconds), until: at(seconds + 1) }
  if (precision === 'utc-day') {
    const midnight = Math.floor(seconds / DAY) * DAY
    return { from: at(midnight), until: at(midnight + DAY) }
  }
  const zone = sql`(select timezone from workspaces where id = ${id})`
  const midnight = (day: 0 | 1) =>
    sql`(((${at(seconds)} at time zone ${zone})::date + ${day}::integer)::timestamp at time zone ${zone})`
  return { from: midnight(0), until: midnight(1) }
}
