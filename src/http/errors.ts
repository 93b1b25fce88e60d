// The errors that an operation can throw, and the handler that renders them.
import { randomUUID } from 'node:crypto'
import { type IncomingMessage, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { FILES_LIMIT } from './op.ts'

/** An error in Intercom's `error.list` shape: the status, a code for programs, and a message for people. */
export class ApiError extends Error {
  readonly status: number
  readonly code: string
  readonly headers: Record<string, string>

  constructor(status: number, code: string, message: string, headers: Record<string, string> = {}) {
    super(message.replaceAll('\0', '\ufffd')) // Messages can repeat values, and a NUL can be neither shown nor stored.
    this.status = status
    this.code = code
    this.headers = headers
  }

  body(request_id: string): object {
    return { type: 'error.list', request_id, errors: [{ code: this.code, message: this.message }] }
  }
}

/** The two operations that read WhatsApp statuses answer 400 and 500 with a bare error instead of a list. */
export class BareError extends ApiError {
  override body(request_id: string) {
    return { type: 'error', request_id, message: this.message }
  }
}

/** An armed fault of the sandbox, which is not logged as an error. */
export class ArmedError extends ApiError {}

export const badRequest = (code: string, message: string) => new ApiError(400, code, message)
/** A parameter has a wrong value. */
export const invalid = (message: string) => badRequest('parameter_invalid', message)
/** A required parameter is absent. */
export const missing = (message: string) => badRequest('parameter_not_found', message)
export const unprocessable = (code: string, message: string) => new ApiError(422, code, message)
export const conflict = (message: string) => new ApiError(409, 'conflict', message)
export const unauthorized = (message = 'Access Token Invalid', code = 'unauthorized') =>
  new ApiError(401, code, message, { 'www-authenticate': 'Bearer realm="interphone"' })
export const forbidden = (message: string) => new ApiError(403, 'forbidden', message)
export const notFound = (message = 'Resource Not Found', code = 'not_found') => new ApiError(404, code, message)

export const unknownVersion = () => badRequest('intercom_version_invalid', 'The requested version could not be found')

/** Throws a 400 if there is neither text nor an attachment. */
export function assertBody(text: string | null | undefined, attachments: readonly unknown[] = []): void {
  if (!text?.trim() && !attachments.length) throw invalid('Body is required')
}

/** Returns the row; throws a 404 with the message if there is none: `found(await findTag(…), 'Resource Not Found')`. */
export function found<Row>(row: Row | undefined | null, message?: string, code?: string): Row {
  if (row === undefined || row === null) throw notFound(message, code)
  return row
}

export function errorHandler(error: FastifyError | ApiError, request: FastifyRequest, reply: FastifyReply) {
  const refusal = error instanceof ApiError ? error : asApiError(error, request)
  const url = loggable(request)
  if (refusal instanceof ArmedError) request.log.debug({ url }, 'answered with an armed fault')
  else if (hasLeft(request)) request.log.debug({ url }, 'the client went away while it sent its request')
  else if (refusal.status === UNAVAILABLE)
    request.log.warn(
      { code: error.code, reason: error.message, url },
      'database, file storage or worker threads unavailable',
    )
  else if (refusal.status >= 500) request.log.error({ err: error, url }, 'request failed')
  if (refusal.status === UNAVAILABLE && isFromEventSource(request.raw)) return void reply.hijack().raw.destroy()
  return reply.code(refusal.status).headers(refusal.headers).send(refusal.body(request.id))
}

/** Whether the connection was closed before the whole body had arrived. */
const hasLeft = ({ raw }: FastifyRequest): boolean => raw.readableAborted && !raw.complete

/** An EventSource reconnects after a broken connection, but not after an error status. */
export const isFromEventSource = ({ headers }: IncomingMessage): boolean =>
  !!headers.accept?.includes('text/event-stream')

/** Without an access token, the URL itself can be a credential, so that only its route is logged. */
export const loggable = ({ url, routeOptions }: FastifyRequest) =>
  (routeOptions?.config?.operation?.auth ?? 'token') === 'token' ? url : routeOptions.url

/** Answers bytes that are not valid HTTP, or too slow, for which Fastify has no request. */
export function refuseMalformed({ code }: { code?: string }, socket: Socket) {
  if (code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
  const refusal = new ApiError(...(UNREADABLE[code ?? ''] ?? NOT_HTTP))
  const body = JSON.stringify(refusal.body(randomUUID()))
  socket.end(
    `HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status]}\r\nContent-Type: application/json; charset=utf-8\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  )
  // A client that neither reads nor closes would keep the connection open.
  setTimeout(() => socket.destroy(), LINGER_MS).unref()
}

/** How long a refused client has to read its answer. */
const LINGER_MS = 1_000

type Refusal = [status: number, code: string, message: string]

const NOT_HTTP: Refusal = [400, 'bad_request', 'The request is not valid HTTP']

const UNREADABLE: Record<string, Refusal> = {
  HPE_HEADER_OVERFLOW: [431, 'bad_request', 'The URL or a header is too long'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'request_timeout', 'The request took too long to arrive'],
}

/** Converts errors of Fastify, PostgreSQL and storage, and unexpected ones. */
function asApiError(error: FastifyError, request: FastifyRequest): ApiError {
  if (error.validation) return fromValidation(error)
  if (hasLeft(request)) return badRequest('bad_request', 'The request body ended too early')
  const outage = outageOf(error)
  if (outage)
    return new ApiError(UNAVAILABLE, 'service_unavailable', outage.message, {
      'retry-after': String(outage.retry_after),
    })
  if (error.code === 'THREADS_BUSY')
    return new ApiError(UNAVAILABLE, 'service_unavailable', 'Too many long texts are being converted, try again', {
      'retry-after': '1',
    })
  if (error.code === 'FST_ERR_CTP_BODY_TOO_LARGE') return tooLarge(request.routeOptions.bodyLimit)
  if (error.code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') return unsupportedType(request)
  const refusal = FASTIFY_REFUSALS[error.code]
  if (refusal) return new ApiError(...refusal)
  if (error.statusCode && error.statusCode < 500) return new ApiError(error.statusCode, 'bad_request', error.message)
  if (isWorkspaceGone(error)) return unauthorized()
  if (error.code === UNIQUE_VIOLATION) return conflict('Another request has just made the same, try again')
  const wrong_value = fromData(error)
  if (wrong_value) return wrong_value
  if (error instanceof SyntaxError) return invalid('The request body is not valid JSON')
  return new ApiError(500, 'server_error', 'Something went wrong on our side')
}

/** Returns the error of a Content-Type that the operation does not read, or that is no media type. */
export function unsupportedType({ headers, routeOptions }: Pick<FastifyRequest, 'headers' | 'routeOptions'>): ApiError {
  const { media_types = 'application/json' } = routeOptions?.config?.operation ?? {}
  const is_empty = !headers['content-type']?.trim()
  const message = is_empty
    ? `The Content-Type header is empty; it should be ${media_types}, or be left out`
    : `The Content-Type header should be ${media_types}`
  return new ApiError(415, 'unsupported_media_type', message)
}

/** @param limit in bytes */
function tooLarge(limit: number): ApiError {
  const size = limit < 2 ** 20 ? `${limit / 2 ** 10} KB` : `${limit / 2 ** 20} MB`
  const files = limit === FILES_LIMIT ? ', with the files in attachment_files and pictures' : ''
  return new ApiError(413, 'payload_too_large', `The request body is larger than ${size}${files}`)
}

const FASTIFY_REFUSALS: Record<string, Refusal> = {
  FST_ERR_CTP_INVALID_JSON_BODY: [400, 'parameter_invalid', 'The request body is not valid JSON'],
  FST_ERR_CTP_EMPTY_JSON_BODY: [400, 'parameter_invalid', 'The request body is empty'],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: [400, 'bad_request', 'The body is not as long as Content-Length says'],
  FST_ERR_MAX_PARAM_LENGTH: [404, 'not_found', 'Resource Not Found'],
  FST_ERR_BAD_URL: [400, 'bad_request', 'The URL is malformed'],
}

const UNAVAILABLE = 503

/** A deadlock, or a change by another request, in each run of the transaction. */
const CONTENTION = ['40P01', 'CHANGED_MEANWHILE']

/** Returns the message and the seconds to wait, if a retry can succeed once the database or the storage is well again. */
function outageOf(error: { code?: string; cause?: unknown }): { message: string; retry_after: number } | undefined {
  if (isUnavailable(error)) return { message: 'The database is not available, try again', retry_after: 1 }
  if (error.code === READ_ONLY) return { message: 'The database accepts no writes now, try again', retry_after: 1 }
  if (error.code === DISK_FULL) return { message: 'The disk of the database is full', retry_after: 30 }
  if (CONTENTION.includes(error.code ?? ''))
    return { message: 'Other requests keep changing the same objects, try again', retry_after: 1 }
  if (error.code === 'TOOK_TOO_LONG') return { message: 'The database did not answer in time', retry_after: 5 }
  if (error.code !== 'STORAGE_UNAVAILABLE') return undefined
  const is_full = NO_SPACE.includes((error.cause as { code?: string } | undefined)?.code ?? '')
  return is_full
    ? { message: 'The disk of the attached files is full', retry_after: 30 }
    : { message: 'The file storage is not available, try again', retry_after: 5 }
}

/** PostgreSQL's codes. A server is read-only while it is a standby that another one is about to replace. */
const READ_ONLY = '25006'
export const DISK_FULL = '53100'
/** The codes of the operating system: a full disk, a used-up quota. */
const NO_SPACE = ['ENOSPC', 'EDQUOT']

/**
 * The database restarts, or the connection is lost. If that happens during a commit, it is not known whether the request
 * was carried out: a caller that must not do it twice retries with its Idempotency-Key.
 */
const isUnavailable = (error: { code?: string }) =>
  /^(ECONNREFUSED|ECONNRESET|ENOENT|EPIPE|CONNECTION_\w+|CONNECT_TIMEOUT|57P0[123]|53300)$/.test(error.code ?? '')

/** Two simultaneous requests, of which only one can succeed. */
const UNIQUE_VIOLATION = '23505'

/** A NUL character in text or JSON. In a body it is refused before; it can also come in a URL or a token. */
const NUL_CHARACTER = ['22021', '22P05']

/** Returns the error for PostgreSQL's class 22: a value that does not fit its type, such as the time in a forged cursor. */
function fromData({ code = '' }: { code?: string }): ApiError | undefined {
  if (NUL_CHARACTER.includes(code)) return invalid('A value in the request contains a NUL character')
  return /^22[0-9A-Z]{3}$/.test(code) ? invalid('A value in the request is out of range') : undefined
}

/** Another process has removed the workspace, whose token is still in this one's cache. */
const isWorkspaceGone = ({ code, constraint_name = '' }: { code?: string; constraint_name?: string }) =>
  code === '23503' && constraint_name.endsWith('_workspace_id_fkey')

/** Returns what a request that failed with this error would be told; undefined if a retry may succeed. */
export function asRefusal(error: unknown): ApiError | undefined {
  if (error instanceof ApiError) return error.status < 500 ? error : undefined
  return fromData(error as { code?: string })
}

/** Returns whether a retry of the same request would fail again. False for server errors and outages, which can pass. */
export const isRefusal = (error: unknown): boolean =>
  asRefusal(error) !== undefined || isWorkspaceGone(error as { code?: string })

/** Returns the error of a value that a validator refused: see `validatorCompiler`. */
export const invalidBody = (validation: object[]): ApiError =>
  fromValidation({ validation, validationContext: 'body' } as unknown as FastifyError)

/** Returns an error that names the field. A missing and a wrong field have different codes. */
function fromValidation(error: Pick<FastifyError, 'validation' | 'validationContext'>): ApiError {
  const errors = error.validation ?? []
  const first = firstMeant(errors)
  if (!first) return invalid('The request is malformed')
  const params = first.params as { requiredProperties?: string[]; missingProperty?: string }
  const at = first.instancePath.slice(1).replaceAll('/', '.')
  const absent = params.requiredProperties?.[0] ?? params.missingProperty
  if (absent) return missing(`${[at, absent].filter(Boolean).join('.')} is required`)
  if (first.keyword === 'boolean') return invalid(`${at} is not known`) // A property beside those of the schema.
  const allowed = errors
    .filter(({ instancePath }) => instancePath === first.instancePath)
    .flatMap(({ params: { allowedValue, allowedValues } }) =>
      allowedValue === undefined ? ((allowedValues as unknown[] | undefined) ?? []) : [allowedValue],
    )
  const is_blank = first.keyword === 'pattern' && (params as { pattern?: unknown }).pattern === '\\S'
  const expected = allowed.length
    ? `must be one of ${allowed.join(', ')}`
    : is_blank
      ? 'must not be blank'
      : first.message
  return invalid(`${at || error.validationContext || 'body'} ${expected}`)
}

type SchemaError = NonNullable<FastifyError['validation']>[number]

/** Returns the innermost branch of a union that the error is in: `#/properties/action/anyOf/1`. */
const branchOf = ({ schemaPath }: SchemaError): string | undefined => /^.*\/anyOf\/\d+(?=\/|$)/.exec(schemaPath)?.[0]

/** Whether the error shows that its branch is not meant: another type, or another constant as its `type`. */
const isOtherBranch = (error: SchemaError): boolean =>
  error.keyword === 'const' || (error.keyword === 'type' && error.schemaPath === branchOf(error))

/**
 * Returns the error to show. A union has the errors of all its branches: those of the branch that the value has the type of
 * come first, then its wrong constant, then any.
 */
function firstMeant(errors: readonly SchemaError[]): SchemaError | undefined {
  const others = new Set(errors.filter(isOtherBranch).map(branchOf))
  others.delete(undefined)
  const meant = errors.filter((error) => error.keyword !== 'anyOf' && !others.has(branchOf(error)))
  return meant[0] ?? errors.find(({ keyword }) => keyword === 'const') ?? errors[0]
}
