// Makes the HTTP request of a connector from its settings and values, or says why it cannot be made. Pure functions.
import { isObject } from '#lib/objects.ts'
import { shown } from '#search/values.ts'
import type { Settings } from './queries.ts'
import { typedValue } from './read.ts'
import type { ErrorType } from './results/queries.ts'
import { filledForm, filledHeader, filledJson, filledText, filledUrl, Unfillable, type ValueOf } from './template.ts'

export type ConnectorHttpRequest = {
  url: string
  headers: Record<string, string>
  body: string | null
}

/** Why an execution failed. */
export class ExecutionFailed extends Error {
  readonly type: ErrorType

  constructor(type: ErrorType, message: string) {
    super(message)
    this.type = type
  }
}

const invalidInput = (message: string) => new ExecutionFailed('request_validation_error', message)
const wrongSettings = (message: string) => new ExecutionFailed('request_configuration_error', message)

export type Given = {
  /** By the names of the connector's inputs. */
  inputs: Record<string, unknown>
  /** `{ contact: { email: … }, conversation: { id: … } }` */
  objects: Record<string, Record<string, unknown>>
  /** In the order of the settings, opened. */
  headers: readonly { name: string; value: string }[]
}

/** The most characters of values in one request: a template can repeat a long value thousands of times. */
const MAX_FILLED = 1_000_000
const MAX_URL = 16_000

/** Returns the function with a limit for all values that it returns together. */
function limited(find: ValueOf): ValueOf {
  let left = MAX_FILLED
  return (key) => {
    const value = find(key)
    left -= String(value).length
    if (left < 0) throw new Unfillable(`The values in the request have more than ${MAX_FILLED} characters`)
    return value
  }
}

/** @throws ExecutionFailed for wrong inputs, unknown placeholders, and a URL or body that they do not fit */
export function requestOf(settings: Settings, { inputs, objects, headers }: Given): ConnectorHttpRequest {
  if (!settings.url) throw wrongSettings('The data connector has no URL')
  const values = valuesOf(settings, inputs)
  const find = limited((key) => values.get(key) ?? objectValue(objects, key))
  try {
    const filled = Object.fromEntries(headers.map(({ name, value }) => [name, filledHeader(value, find)]))
    const has_body = settings.body !== null && settings.http_method !== 'get'
    const type = contentTypeOf(headers, settings.body)
    const url = filledUrl(settings.url, find)
    if (url.length > MAX_URL) throw invalidInput(`The URL would be longer than ${MAX_URL} characters`)
    return {
      url,
      headers: { ...(has_body && { 'content-type': type }), ...lowerCased(filled) },
      body: has_body ? fillerOf(type)(settings.body as string, find) : null,
    }
  } catch (error) {
    throw error instanceof Unfillable ? invalidInput(error.message) : error
  }
}

const lowerCased = (headers: Record<string, string>) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))

/** Returns the inputs as their types have them; an absent one has its default value, or is empty. */
function valuesOf(
  { data_inputs, validate_missing_attributes }: Settings,
  given: Record<string, unknown>,
): Map<string, string | number | boolean> {
  const unknown = Object.keys(given).find((name) => !data_inputs.some((input) => input.name === name))
  if (unknown !== undefined) throw invalidInput(`The data connector has no input '${shown(unknown)}'`)
  return new Map(
    data_inputs.map((input) => {
      const value = given[input.name] ?? input.default_value
      if (value === '') {
        if (input.required && validate_missing_attributes) throw invalidInput(`The input ${input.name} is required`)
        return [input.name, '']
      }
      const read = typedValue(input, value)
      if (read === undefined) throw invalidInput(`The input ${input.name} must be of the type ${input.type}`)
      return [input.name, read]
    }),
  )
}

/** Returns a value of the contact or the conversation; an empty text if it has none. */
function objectValue(objects: Given['objects'], key: string): string | number | boolean {
  const [first = '', ...rest] = key.split('.')
  if (!rest.length || !Object.hasOwn(objects, first)) throw wrongSettings(`There is no value '${shown(key)}'`)
  let value: unknown = objects[first]
  for (const name of rest) value = isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : ''
}

function contentTypeOf(headers: Given['headers'], body: string | null): string {
  const given = headers.find(({ name }) => name.toLowerCase() === 'content-type')?.value
  return given ?? (/^\s*[{[]/.test(body ?? '') ? 'application/json' : 'text/plain')
}

function fillerOf(content_type: string): (template: string, find: ValueOf) => string {
  if (/^[\w.+-]+\/([\w.-]+\+)?json\b/i.test(content_type)) return filledJson
  return /^application\/x-www-form-urlencoded\b/i.test(content_type) ? filledForm : filledText
}

/** Returns a URL as a result shows it: without query, fragment and credentials. */
export function redactedUrl(url: string): string | null {
  const parsed = URL.parse(url)
  return parsed && `${parsed.origin}${parsed.pathname}`
}
