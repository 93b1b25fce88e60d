// Reads names, types and labels of requests. Errors have Intercom's texts, because tools show them to people.
import { unprocessable } from '#http/errors.ts'
import { isObject } from '#lib/objects.ts'
import { shown } from '#search/values.ts'
import { DATA_TYPES, type DataType } from './queries.ts'

export const MAX_OPTIONS = 250
const MAX_NAME_LENGTH = 190
const MAX_LABEL_LENGTH = 255

export const refused = (message: string) => unprocessable('parameter_invalid', message)

export function readName(given: unknown): string {
  const name = readText('name', given)
  if (name.length > MAX_NAME_LENGTH) throw refused(`name must not be longer than ${MAX_NAME_LENGTH} characters`)
  if (/[.$\p{Cc}]/u.test(name)) throw refused('name must not contain dots, dollar signs or control characters')
  return name
}

export function readDataType(given: unknown): DataType {
  if (given === undefined || given === null) throw refused('data_type is required')
  if (DATA_TYPES.includes(given as DataType)) return given as DataType
  throw refused(`data_type '${shown(given)}' is not valid. Allowed types: ${DATA_TYPES.join(', ')}`)
}

/** Reads `{ label }`. */
export function readLabel(given: unknown): string {
  if (!isObject(given)) throw refused('label is required')
  if (Object.keys(given).some((key) => key !== 'label')) throw refused("only 'label' is accepted")
  const label = readText('label', given['label'])
  if (label.length > MAX_LABEL_LENGTH) throw refused(`label must not be longer than ${MAX_LABEL_LENGTH} characters`)
  return label
}

function readText(field: string, given: unknown): string {
  if (given === undefined || given === null) throw refused(`${field} is required`)
  if (typeof given !== 'string') throw refused(`${field} must be a string`)
  const text = given.trim()
  if (!text) throw refused(`${field} is required`)
  return text
}

/** Reads the first labels of a list. */
export function readLabels(given: unknown): string[] {
  if (given !== undefined && !Array.isArray(given)) throw refused('options must be an array')
  const labels = ((given ?? []) as unknown[]).slice(0, MAX_OPTIONS + 1).map(readLabel)
  const twice = labels.find((label, n) => labels.indexOf(label) !== n)
  if (twice !== undefined) throw isTaken(twice)
  if (labels.length < 2) throw tooFewOptions()
  if (labels.length > MAX_OPTIONS) throw tooManyOptions()
  return labels
}

export const isTaken = (label: string) => refused(`label '${label}' is already the label of another option`)
export const tooFewOptions = () => refused('A list attribute must have at least 2 active options')
export const tooManyOptions = () => refused(`A list attribute must not have more than ${MAX_OPTIONS} options`)
export const noListAttribute = () => refused('Options can only be managed on list attributes')
