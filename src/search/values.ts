// Reads the values of a search. Refuses every value that would be an error in PostgreSQL.
import { type ApiError, badRequest } from '#http/errors.ts'

const LONGEST = 4096
const MOST_VALUES = 1000

/** The years 1 to 3000 in Unix seconds. A present time in milliseconds is outside, so that the mistake is refused. */
export const DATES = { first: -62_135_596_800, last: 32_503_680_000 }

const LARGEST_BIGINT = 2n ** 63n - 1n
const WHOLE = /^[+-]?\d{1,19}$/
const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i

/** Reads text; a number becomes its digits. */
export function readText(value: unknown): string {
  const text = typeof value === 'number' ? String(value) : value
  if (typeof text !== 'string' || text.length > LONGEST || text.includes('\0')) throw invalidValue(value, 'string')
  return text
}

/** A number with its PostgreSQL type: bigint if possible, so that an index on an integer column is used. */
export type SqlNumber = { text: string; type: 'bigint' | 'numeric' }

export function readNumber(value: unknown): SqlNumber {
  const text = typeof value === 'number' ? String(value) : value
  if (typeof text !== 'string' || !DECIMAL.test(text) || !Number.isFinite(Number(text))) {
    throw invalidValue(value, 'number')
  }
  return isBigint(text) ? { text, type: 'bigint' } : { text: String(Number(text)), type: 'numeric' }
}

/** Returns whether the text is a 64-bit integer. Other text cannot be an id. */
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

/** Reads Unix seconds; drops a fraction. */
export function readSeconds(value: unknown): number {
  const seconds = typeof value === 'string' && DECIMAL.test(value) ? Number(value) : value
  if (typeof seconds !== 'number' || !(seconds >= DATES.first && seconds <= DATES.last))
    throw invalidValue(value, 'date')
  return Math.floor(seconds)
}

/** Reads the list of IN or NIN. */
export function readList<T>(value: unknown, readOne: (member: unknown) => T): T[] {
  if (!Array.isArray(value)) throw invalidValue(value, 'array')
  if (value.length > MOST_VALUES) {
    throw badRequest('invalid_values', `Number of values is greater than ${MOST_VALUES}, please try a smaller list`)
  }
  return value.map(readOne)
}

const invalidValue = (value: unknown, kind: string): ApiError =>
  badRequest('invalid_value', `${shown(value)} is not a valid ${kind}`)

/** Returns a caller's value as shown in an error message: short, without the content of lists and objects. */
export function shown(value: unknown): string {
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? '[…]' : '{…}'
  const text = String(value)
  return text.length > 100 ? `${text.slice(0, 100)}…` : text
}
