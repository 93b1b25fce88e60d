// The metadata of an event: which values it can have, and which keys are kept.
import { invalid } from '#http/errors.ts'
import { isObject } from '#lib/objects.ts'

export type Metadata = Record<string, unknown>

const MAX_KEY = 190
const MAX_TEXT = 10_000
/** More keys than a client sends by mistake; only the first ten are kept. */
const MAX_KEYS = 100

/** Leaves out nulls. @throws a 400 that names the first key whose value an event cannot have */
export function readMetadata(given: Metadata): Metadata {
  const entries = Object.entries(given).filter(([, value]) => value !== null)
  if (entries.length > MAX_KEYS) throw invalid(`metadata must not have more than ${MAX_KEYS} keys`)
  for (const [key, value] of entries) {
    if (!key.trim() || key.length > MAX_KEY) throw invalid(`The keys of metadata must have 1 to ${MAX_KEY} characters`)
    if (!isAllowed(key, value)) throw invalid(`metadata.${key} ${expected(key)}`)
  }
  return Object.fromEntries(entries)
}

function isAllowed(key: string, value: unknown): boolean {
  if (typeof value === 'number' && isDate(key)) return Number.isInteger(value)
  if (typeof value === 'string') return value.length <= MAX_TEXT
  if (typeof value === 'number' || typeof value === 'boolean') return true
  return isObject(value) && (isRichLink(value) || isAmount(value))
}

const isDate = (key: string): boolean => key.endsWith('_date')

const isRichLink = (value: Metadata): boolean =>
  Object.keys(value).length === 2 && typeof value['url'] === 'string' && typeof value['value'] === 'string'

/** `amount` is in the smallest unit of the currency, such as cents. */
const isAmount = ({ amount, currency, ...others }: Metadata): boolean =>
  Object.keys(others).length === 0 &&
  Number.isSafeInteger(amount) &&
  (amount as number) >= 0 &&
  typeof currency === 'string' &&
  /^[a-z]{3}$/i.test(currency)

const expected = (key: string): string =>
  isDate(key)
    ? 'must be Unix seconds'
    : `must be text of at most ${MAX_TEXT} characters, a number, true or false, {url, value} or {amount, currency}`
