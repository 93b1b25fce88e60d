// The values of a search as the database may have them: whatever is refused here would be an error there.
import { type ApiError, badRequest } from '#http/errors.ts'

const LONGEST = 4096
const MOST_VALUES = 1000

/** The years 1 to 3000, in Unix seconds: milliseconds taken for seconds are beyond them. */
export const DATES = { first: -62_135_596_800, last: 32_503_680_000 }

const LARGEST_BIGINT = 2n ** 63n - 1n
const WHOLE = /^[+-]?\d{1,19}$/
const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i

/** Text; numbers are taken as their digits. */
export function readText(value: unknown): string {
  const text = typeof value === 'number' ? String(value) : value
  if (typeof text !== 'string' || text.length > LONGEST || text.includes('\0')) throw invalidValue(value, 'string')
  return text
}

/** A number as PostgreSQL is to read it: a bigint where it is one, so that the index of a whole column serves. */
export type SqlNumber = { text: string; type: 'bigint' | 'numeric' }

export function readNumber(value: unknown): SqlNumber {
  const text = typeof value === 'number' ? String(value) : value
  if (typeof text !== 'string' || !DECIMAL.test(text) || !Number.isFinite(Number(text))) {
    throw invalidValue(value, 'number')
  }
  return isBigint(text) ? { text, type: 'bigint' } : { text: String(Number(text)), type: 'numeric' }
}

/** Whether PostgreSQL's 64-bit integers have this number: what is none of them is nobody's id. */
export function isBigint(text: string): boolean {
  if (!WHOLE.test(text)) return false
  const number = BigInt(text)
  return number <= LARGEST_BIGINT && number >= -LARGEST_BIGINT
}

export function readBoolean(value: unknown): boolean {
  if (value === true || value === 'true') return true
  if (value === false || value === 'false') return false
  throw invalidValue(value, 'boolean')
}

/** Unix seconds; a fraction is dropped. */
export function readSeconds(value: unknown): number {
  const seconds = typeof value === 'string' && DECIMAL.test(value) ? Number(value) : value
  if (typeof seconds !== 'number' || !(seconds >= DATES.first && seconds <= DATES.last))
    throw invalidValue(value, 'date')
  return Math.floor(seconds)
}

/** The members of the list that IN and NIN take. */
export function readList<T>(value: unknown, readOne: (member: unknown) => T): T[] {
  if (!Array.isArray(value)) throw invalidValue(value, 'array')
  if (value.length > MOST_VALUES) {
    throw badRequest('invalid_values', `Number of values is greater than ${MOST_VALUES}, please try a smaller list`)
  }
  return value.map(readOne)
}

const invalidValue = (value: unknown, kind: string): ApiError =>
  badRequest('invalid_value', `${shown(value)} is not a valid ${kind}`)

/** A caller's value as an error message repeats it: short, and never walked into. */
export function shown(value: unknown): string {
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? '[…]' : '{…}'
  const text = String(value)
  return text.length > 100 ? `${text.slice(0, 100)}…` : text
}
