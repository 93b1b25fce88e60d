// Checks the values that a request gives to a conversation. They are stored by the ids of attributes and options.
import { invalid } from '#http/errors.ts'
import { isObject } from '#lib/objects.ts'
import type { AttributeDefinition } from '#search/attributes.ts'
import { DATES, shown } from '#search/values.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { type AttributeRow, type DataType, listAttributes } from './queries.ts'

/** A value as it is stored; null clears it. A value of `files` is what the request gave, still to be attached. */
export type CheckedValue = { attribute: AttributeRow; value: unknown }

const MAX_TEXT_LENGTH = 255
const MAX_MULTILINE_LENGTH = 10_000
const MAX_FILES = 10

/** @throws a 400 that names the first wrong attribute. */
export async function readValues(workspace: Workspace, given: Record<string, unknown>): Promise<CheckedValue[]> {
  const entries = Object.entries(given)
  if (!entries.length) return []
  const attributes = new Map((await listAttributes(workspace)).map((one) => [one.name, one]))
  return entries.map(([name, value]) => {
    const attribute = attributes.get(name)
    if (!attribute) throw invalid(`Custom attribute '${shown(name)}' does not exist`)
    return { attribute, value: value === null ? null : READERS[attribute.data_type](attribute, value) }
  })
}

const must = ({ name }: AttributeRow, be: string) => invalid(`Custom attribute '${name}' must be ${be}`)

const READERS: Record<DataType, (attribute: AttributeRow, value: unknown) => unknown> = {
  string(attribute, value) {
    const longest = attribute.multiline ? MAX_MULTILINE_LENGTH : MAX_TEXT_LENGTH
    if (typeof value === 'string' && value.length <= longest) return value
    throw must(attribute, `a text of at most ${longest} characters`)
  },
  integer(attribute, value) {
    if (Number.isSafeInteger(value)) return value
    throw must(attribute, 'an integer')
  },
  decimal(attribute, value) {
    if (Number.isFinite(value)) return value
    throw must(attribute, 'a number')
  },
  boolean(attribute, value) {
    if (typeof value === 'boolean') return value
    throw must(attribute, 'true or false')
  },
  datetime(attribute, value) {
    const seconds = typeof value === 'string' ? secondsOf(value) : value
    if (Number.isInteger(seconds) && (seconds as number) >= DATES.first && (seconds as number) <= DATES.last)
      return seconds
    throw must(attribute, 'a time in Unix seconds or ISO 8601')
  },
  /** Takes the label or the id of an option that is not archived. */
  list(attribute, value) {
    const live = (attribute.options ?? []).filter(({ archived }) => !archived)
    const option = live.find(({ label }) => label === value) ?? live.find(({ id }) => id === value)
    if (!option) throw invalid(`Custom attribute '${attribute.name}' has no option '${shown(value)}'`)
    return option.id
  },
  files(attribute, value) {
    if (Array.isArray(value) && value.length && value.length <= MAX_FILES && value.every(isFile)) return value
    throw must(attribute, `a list of at most ${MAX_FILES} files, each with a name, and a url or data in base64`)
  },
  relationship(attribute) {
    throw invalid(`Custom attribute '${attribute.name}' cannot have a value: there are no custom objects`)
  },
}

/** A file that a request gives: at an address, or its bytes. */
export type GivenFile = { name: string; content_type?: string } & (
  | { url: string; data?: undefined }
  | { data: string; url?: undefined }
)

/** Returns the files that a request gives to attributes, with the names of the attributes. Others are refused later. */
export const givenFilesOf = (given: Record<string, unknown>): { attribute: string; n: number; file: GivenFile }[] =>
  Object.entries(given).flatMap(([attribute, value]) =>
    Array.isArray(value) && value.length <= MAX_FILES && value.every(isFile)
      ? value.map((file, n) => ({ attribute, n, file }))
      : [],
  )

function isFile(given: unknown): given is GivenFile {
  if (!isObject(given)) return false
  const { name, content_type, url, data } = given
  const isText = (value: unknown): value is string => typeof value === 'string' && value !== '' && value.length <= 255
  const isNamed = isText(name) && (content_type === undefined || isText(content_type))
  const hasUrl = typeof url === 'string' && url.length <= 2048 && /^https?:\/\//i.test(url) && URL.canParse(url)
  return isNamed && (hasUrl ? data === undefined : url === undefined && typeof data === 'string')
}

const ISO = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?$/

/** Returns undefined if the text is no time in ISO 8601. Without a zone it is UTC. */
function secondsOf(text: string): number | undefined {
  const match = ISO.exec(text)
  if (!match) return undefined
  const time = Date.parse(text.includes('T') && !match[1] ? `${text}Z` : text)
  return Number.isNaN(time) ? undefined : Math.floor(time / 1000)
}

/** Returns a stored value as a part shows it; null if there is none. */
export function textOf({ data_type, options }: AttributeRow, stored: unknown): string | null {
  if (stored === undefined || stored === null) return null
  if (data_type === 'list') return options?.find(({ id }) => id === stored)?.label ?? null
  if (data_type === 'files') return (stored as { name: string }[]).map(({ name }) => name).join(', ')
  return String(stored)
}

/** The types whose values a search can compare. */
const SEARCHABLE: readonly DataType[] = ['string', 'integer', 'list', 'decimal', 'boolean', 'datetime']

/** Returns the live attributes as fields of a search. */
export const searchDefinitions = async (workspace: Workspace): Promise<AttributeDefinition[]> =>
  (await listAttributes(workspace))
    .filter(({ data_type }) => SEARCHABLE.includes(data_type))
    .map(({ id, name, data_type, options, multiline }) => ({
      ...{ name, key: id, data_type },
      ...(options && { choices: options }),
      ...(multiline && { is_long: true }),
    }))
