// Reads a value of an attribute of conversations or tickets, by its data type.
import { invalid } from '#http/errors.ts'
import { areFiles } from '#resources/attachments/attribute-files.ts'
import { DATES, shown } from '#search/values.ts'
import type { DataType, Option } from './queries.ts'

/** What a value must fit. `shown_name` begins its errors: `Custom attribute 'Topic'`. */
export type ValueRules = {
  shown_name: string
  data_type: Exclude<DataType, 'relationship'>
  multiline: boolean
  options: readonly Option[]
  max_files: number
}

const MAX_TEXT_LENGTH = 255
const MAX_MULTILINE_LENGTH = 10_000

/**
 * Returns the value as it is stored: of a list the id of the option, of files what the request gave, still to be attached.
 * @throws a 400 that names the attribute
 */
export const readValue = (rules: ValueRules, value: unknown): unknown => READERS[rules.data_type](rules, value)

const must = ({ shown_name }: ValueRules, be: string) => invalid(`${shown_name} must be ${be}`)

const READERS: Record<ValueRules['data_type'], (rules: ValueRules, value: unknown) => unknown> = {
  string(rules, value) {
    const longest = rules.multiline ? MAX_MULTILINE_LENGTH : MAX_TEXT_LENGTH
    if (typeof value === 'string' && value.length <= longest) return value
    throw must(rules, `a text of at most ${longest} characters`)
  },
  integer(rules, value) {
    if (Number.isSafeInteger(value)) return value
    throw must(rules, 'an integer')
  },
  decimal(rules, value) {
    if (Number.isFinite(value)) return value
    throw must(rules, 'a number')
  },
  boolean(rules, value) {
    if (typeof value === 'boolean') return value
    throw must(rules, 'true or false')
  },
  datetime(rules, value) {
    const seconds = typeof value === 'string' ? secondsOf(value) : value
    if (Number.isInteger(seconds) && (seconds as number) >= DATES.first && (seconds as number) <= DATES.last)
      return seconds
    throw must(rules, 'a time in Unix seconds or ISO 8601')
  },
  /** Takes the label or the id of an option that is not archived. */
  list({ shown_name, options }, value) {
    const live = options.filter(({ archived }) => !archived)
    const option = live.find(({ label }) => label === value) ?? live.find(({ id }) => id === value)
    if (!option) throw invalid(`${shown_name} has no option '${shown(value)}'`)
    return option.id
  },
  files(rules, value) {
    if (areFiles(value) && value.length <= rules.max_files) return value
    const many = rules.max_files === 1 ? 'one file' : `at most ${rules.max_files} files`
    throw must(rules, `a list of ${many}, each with a name, and a url or data in base64`)
  },
}

const ISO = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?$/

/** Returns undefined if the text is no time in ISO 8601. Without a zone it is UTC. */
function secondsOf(text: string): number | undefined {
  const match = ISO.exec(text)
  if (!match) return undefined
  const time = Date.parse(text.includes('T') && !match[1] ? `${text}Z` : text)
  return Number.isNaN(time) ? undefined : Math.floor(time / 1000)
}
