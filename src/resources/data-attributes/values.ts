// Checks the values of custom attributes against the workspace's definitions.
import { invalid } from '#http/errors.ts'
import { DATES, shown } from '#search/values.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { type DataType, type Definition, listDefinitions, type Model } from './queries.ts'

export type Attributes = Record<string, unknown>

const MAX_TEXT_LENGTH = 255

/** Returns the checked attributes; null clears a value. @throws a 400 that names the first wrong one. */
export async function readAttributes(workspace: Workspace, model: Model, given: Attributes): Promise<Attributes> {
  if (!Object.keys(given).length) return {}
  const definitions = new Map((await listDefinitions(workspace, model)).map((one) => [one.name, one]))
  for (const [name, value] of Object.entries(given)) {
    const definition = definitions.get(name)
    if (!definition) throw invalid(`Custom attribute '${shown(name)}' does not exist`)
    if (value !== null) assertFits(definition, value)
  }
  return given
}

/** Given attributes replace present ones; null removes one. */
export const mergeAttributes = (present: Attributes, given: Attributes): Attributes =>
  Object.fromEntries(Object.entries({ ...present, ...given }).filter(([, value]) => value !== null))

function assertFits(definition: Definition, value: unknown) {
  const problem = problemWith(definition, value)
  if (problem) throw invalid(problem)
}

/** Returns why the attribute cannot have this value, or undefined if it can. */
export function problemWith({ name, data_type, options }: Definition, value: unknown): string | undefined {
  const { fits, what } = KINDS[data_type]
  if (!fits(value)) return `Custom attribute '${name}' must be ${what}`
  if (options && !options.includes(value as string)) return `Custom attribute '${name}' has no option '${shown(value)}'`
}

const isDate = (value: unknown) =>
  Number.isInteger(value) && (value as number) >= DATES.first && (value as number) <= DATES.last

const KINDS: Record<DataType, { fits: (value: unknown) => boolean; what: string }> = {
  string: {
    fits: (value) => typeof value === 'string' && value.length <= MAX_TEXT_LENGTH,
    what: `a text of at most ${MAX_TEXT_LENGTH} characters`,
  },
  integer: { fits: Number.isSafeInteger, what: 'an integer' },
  float: { fits: Number.isFinite, what: 'a number' },
  boolean: { fits: (value) => typeof value === 'boolean', what: 'true or false' },
  date: { fits: isDate, what: 'a date in Unix seconds' },
  datetime: { fits: isDate, what: 'a time in Unix seconds' },
}
