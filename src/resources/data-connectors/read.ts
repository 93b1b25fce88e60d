// Checks what a request says of a data connector. Errors have Intercom's texts where its documents have them.
import { type ApiError, unprocessable } from '#http/errors.ts'
import { seal, unseal } from '#lib/seal.ts'
import { shown } from '#search/values.ts'
import { AUDIENCES, type DataInput, HTTP_METHODS, INPUT_TYPES, type ResponseField, type Settings } from './queries.ts'
import type { ConnectorRequest } from './schema.ts'
import { hasFixedHost } from './template.ts'

export const refused = (message: string): ApiError => unprocessable('parameter_invalid', message)
export const lacks = (message: string): ApiError => unprocessable('parameter_not_found', message)

const PURPOSE = 'data connector'

const sealed = (secret: string, value: string): string => seal(secret, PURPOSE, value).toString('base64')

/** Returns the value of a header; undefined if it was stored with another secret key. */
export const unsealedHeader = (secret: string, { sealed_value }: Settings['headers'][number]): string | undefined =>
  unseal(secret, PURPOSE, Buffer.from(sealed_value, 'base64'))

export const NEW: Settings = {
  ...{ name: '', description: null, http_method: 'get', url: null, body: null, headers: [] },
  ...{ direct_fin_usage: false, audiences: [], data_inputs: [], response_fields: [] },
  configuration_response_type: 'test_response_type',
  ...{ customer_authentication: false, bypass_authentication: false, validate_missing_attributes: false },
}

const MAX = {
  name: 255,
  description: 10_000,
  url: 2_000,
  body: 100_000,
  header: 8_000,
  headers: 50,
  inputs: 50,
  input: 10_000,
}

/** Returns the settings as they are after the request: what it leaves out stays. @throws a 422 that names the field */
export function readSettings(secret: string, request: ConnectorRequest, before: Settings): Settings {
  const { name, description, http_method, url, body, headers, audiences, data_inputs, mock_response } = request
  if (request.token_ids?.length) throw refused(`Invalid token_ids. There is no token '${shown(request.token_ids[0])}'`)
  const flag = (key: 'direct_fin_usage' | 'customer_authentication' | 'bypass_authentication') =>
    request[key] ?? (request[key] === null ? false : before[key])
  return {
    name: name === undefined ? before.name : readName(name),
    description: description === undefined ? before.description : within('description', description) || null,
    http_method: http_method === undefined ? before.http_method : readMethod(http_method),
    url: url === undefined ? before.url : readUrl(url),
    body: body === undefined ? before.body : within('body', body) || null,
    headers: headers === undefined ? before.headers : readHeaders(secret, headers ?? [], before.headers),
    audiences: audiences === undefined ? before.audiences : readAudiences(audiences ?? []),
    data_inputs: data_inputs === undefined ? before.data_inputs : readInputs(data_inputs ?? []),
    ...(mock_response === undefined
      ? { response_fields: before.response_fields, configuration_response_type: before.configuration_response_type }
      : readMock(mock_response)),
    direct_fin_usage: flag('direct_fin_usage'),
    customer_authentication: flag('customer_authentication'),
    bypass_authentication: flag('bypass_authentication'),
    validate_missing_attributes: request.validate_missing_attributes ?? before.validate_missing_attributes,
  }
}

function within(field: 'name' | 'description' | 'url' | 'body', text: string | null): string | null {
  if (text !== null && text.length > MAX[field])
    throw refused(`${field} must not be longer than ${MAX[field]} characters`)
  return text
}

function readName(given: string | null): string {
  const name = within('name', given)?.trim()
  if (!name) throw lacks('Name is required')
  return name
}

function readMethod(given: string | null): Settings['http_method'] {
  const method = HTTP_METHODS.find((one) => one === (given ?? 'get'))
  if (!method) throw refused("Http Method isn't an option")
  return method
}

function readUrl(given: string | null): string | null {
  const url = within('url', given)?.trim()
  if (!url) return null
  if (!hasFixedHost(url)) throw refused('url must begin with http:// or https:// and a host without variables')
  const parsed = URL.parse(url)
  if (!parsed || parsed.username || parsed.password) throw refused('url must be a URL without credentials')
  return url
}

/** Headers that say how a message is sent, not what it is. */
const RESERVED = ['host', 'connection', 'content-length', 'transfer-encoding', 'upgrade', 'te', 'trailer', 'expect']

type GivenHeaders = NonNullable<ConnectorRequest['headers']>

/** A value `****`, as answers show it, is the one before. */
function readHeaders(secret: string, given: GivenHeaders, before: Settings['headers']): Settings['headers'] {
  if (given.length > MAX.headers) throw refused(`headers must not be more than ${MAX.headers}`)
  const headers = given.map(({ name = '', value = '' }) => {
    if (!/^[!#$%&'*+.^_`|~\w-]{1,255}$/.test(name))
      throw refused(`headers: '${shown(name)}' is not the name of a header`)
    if (RESERVED.includes(name.toLowerCase())) throw refused(`headers: ${name} cannot be set`)
    if (value.length > MAX.header || !/^[\t\x20-\x7e]*$/.test(value))
      throw refused(`headers: the value of ${name} must be printable ASCII of at most ${MAX.header} characters`)
    const present = before.find((one) => one.name.toLowerCase() === name.toLowerCase())
    return { name, sealed_value: value === '****' && present ? present.sealed_value : sealed(secret, value) }
  })
  assertOnce(
    'headers',
    headers.map(({ name }) => name.toLowerCase()),
  )
  return headers
}

function readAudiences(given: readonly string[]): Settings['audiences'] {
  const audiences = given.map((one) => {
    const audience = AUDIENCES.find((known) => known === one)
    if (!audience) throw refused(`Invalid audiences. Must be a subset of: ${AUDIENCES.join(', ')}`)
    return audience
  })
  return [...new Set(audiences)]
}

function readInputs(given: NonNullable<ConnectorRequest['data_inputs']>): DataInput[] {
  if (given.length > MAX.inputs) throw refused(`data_inputs must not be more than ${MAX.inputs}`)
  const inputs = given.map(({ name = '', type = 'string', description, required = false, default_value }) => {
    if (!/^[a-z_][\w-]{0,99}$/i.test(name)) throw refused(`data_inputs: '${shown(name)}' is not the name of an input`)
    const known = INPUT_TYPES.find((one) => one === type)
    if (!known) throw refused(`data_inputs: the type of ${name} must be one of ${INPUT_TYPES.join(', ')}`)
    if (!description?.trim()) throw lacks(`data_inputs: the description of ${name} is required`)
    for (const [what, text] of Object.entries({ description, 'default value': default_value }))
      if (text && text.length > MAX.input)
        throw refused(`data_inputs: the ${what} of ${name} must not be longer than ${MAX.input} characters`)
    const input = { name, type: known, description, required, default_value: default_value ?? '' }
    if (input.default_value && typedValue(input, input.default_value) === undefined)
      throw refused(`data_inputs: the default value of ${name} is not of its type`)
    return input
  })
  assertOnce(
    'data_inputs',
    inputs.map(({ name }) => name),
  )
  return inputs
}

function assertOnce(field: string, names: readonly string[]): void {
  const twice = names.find((name, n) => names.indexOf(name) !== n)
  if (twice !== undefined) throw refused(`${field}: ${twice} is given twice`)
}

/** Returns the value as the input's type has it; undefined if it is not of that type. */
export function typedValue({ type }: Pick<DataInput, 'type'>, given: unknown): string | number | boolean | undefined {
  const is_plain = ['string', 'number', 'boolean'].includes(typeof given)
  if (!is_plain) return undefined
  const text = String(given)
  if (type === 'string') return text
  if (type === 'boolean') return text === 'true' ? true : text === 'false' ? false : undefined
  const number = /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN
  const fits = type === 'integer' ? Number.isSafeInteger(number) : Number.isFinite(number)
  return fits ? number : undefined
}

const readMock = (
  mock: Record<string, unknown> | null,
): Pick<Settings, 'response_fields' | 'configuration_response_type'> =>
  mock === null
    ? { response_fields: [], configuration_response_type: 'test_response_type' }
    : { response_fields: fieldsOf(mock), configuration_response_type: 'mock_response_type' }

const MAX_FIELDS = 500

/** Returns a field for each value in the answer: `order.status`. Of a list, those of its first item: `items[].id`. */
export function fieldsOf(value: unknown, path = ''): ResponseField[] {
  if (Array.isArray(value)) return value.length ? fieldsOf(value[0], `${path}[]`) : []
  if (typeof value !== 'object' || value === null)
    return [{ path, type: typeOf(value), example_value: value, redacted: false }]
  const fields = Object.entries(value).flatMap(([key, inner]) => fieldsOf(inner, path ? `${path}.${key}` : key))
  if (fields.length > MAX_FIELDS) throw refused(`mock_response must not have more than ${MAX_FIELDS} fields`)
  return fields
}

function typeOf(value: unknown): ResponseField['type'] {
  if (typeof value === 'boolean') return 'boolean'
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'decimal'
  if (typeof value !== 'string') return 'unknown'
  return /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?$/.test(value) ? 'datetime' : 'string'
}
